package dev.wadah.container;

import dev.wadah.container.FilterProgram.Interface;
import dev.wadah.container.FilterProgram.Test;
import dev.wadah.container.FilterProgram.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Seccomp programs from the rules in {@code seccomp.txt}: Docker's default profile, and the answers
 * that make file syncs free. Both may be on or off. Plain loops throughout: this runs before the
 * first container of a cold JVM, where a lambda costs as much as the whole table.
 */
final class Seccomp {
  /**
   * The ABIs of one kind of machine.
   *
   * @param wide the native one
   * @param narrow the one of its 32-bit programs
   */
  record Architecture(Abi wide, Abi narrow) {
    static final Architecture AMD64 =
        new Architecture(new Abi(0xC000003E, 1), new Abi(0x40000003, 2));
    static final Architecture ARM64 =
        new Architecture(new Abi(0xC00000B7, 3), new Abi(0x40000028, 4));

    static Architecture ofThisMachine() {
      String name = System.getProperty("os.arch");
      return name.equals("aarch64") || name.equals("arm64") ? ARM64 : AMD64;
    }
  }

  /**
   * A system call interface.
   *
   * @param audit the kernel's AUDIT_ARCH number
   * @param column of the table where its numbers are
   */
  record Abi(int audit, int column) {}

  /** What a program depends on, besides the machine. */
  enum Profile {
    /** Everything is allowed. */
    NONE,
    /** Docker's default. */
    DOCKER
  }

  /** What becomes of file syncs. */
  enum Syncs {
    MADE,
    /** Answered with success, and not made. */
    FAKED
  }

  /** Calls whose only work is to wait for a disk. */
  private static final List<String> SYNCS =
      List.of("fsync", "fdatasync", "sync", "syncfs", "sync_file_range", "arm_sync_file_range");

  /** Columns before the rule. */
  private static final int RULE = 5;

  /** Programs by what they depend on: reading the table costs more than a container start. */
  private final Map<String, String> programs = new HashMap<>();

  /**
   * The program for this machine, in hexadecimal, eight bytes an instruction.
   *
   * @param capabilities bit mask of what the container may have; it opens further calls
   */
  synchronized String program(Profile profile, Syncs syncs, long capabilities) {
    String key = profile.name().concat(syncs.name()).concat(Long.toHexString(capabilities));
    String program = programs.get(key);
    if (program == null) {
      Architecture machine = Architecture.ofThisMachine();
      program =
          profile == Profile.DOCKER && capabilities == Capabilities.mask(Capabilities.DEFAULT)
              ? usual(machine, syncs)
              : compile(machine, profile, syncs, capabilities).toHex();
      programs.put(key, program);
    }
    return program;
  }

  /** The program of Docker's profile and default capabilities. */
  static String usual(Architecture architecture, Syncs syncs) {
    boolean faked = syncs == Syncs.FAKED;
    if (architecture.equals(Architecture.AMD64)) {
      return faked ? UsualFilters.AMD64_SYNCS_FAKED : UsualFilters.AMD64;
    }
    return faked ? UsualFilters.ARM64_SYNCS_FAKED : UsualFilters.ARM64;
  }

  /** The program for a machine of the given kind. */
  static FilterProgram compile(
      Architecture architecture, Profile profile, Syncs syncs, long capabilities) {
    boolean docker = profile == Profile.DOCKER;
    Interface wide = new Interface(architecture.wide().audit(), docker);
    Interface narrow = new Interface(architecture.narrow().audit(), docker);
    Map<String, Boolean> held = new TreeMap<>();
    for (String[] rule : rules()) {
      Verdict verdict = verdict(rule, profile, syncs, capabilities, held);
      if (verdict != null) {
        add(wide, rule[architecture.wide().column()], verdict);
        add(narrow, rule[architecture.narrow().column()], verdict);
      }
    }
    return FilterProgram.of(wide, narrow);
  }

  private static void add(Interface to, String number, Verdict verdict) {
    if (!number.equals("-")) {
      to.add(Integer.parseInt(number), verdict);
    }
  }

  /** Null when the rule says nothing for this container. */
  private static Verdict verdict(
      String[] rule, Profile profile, Syncs syncs, long capabilities, Map<String, Boolean> held) {
    if (syncs == Syncs.FAKED && SYNCS.contains(rule[0])) {
      return Verdict.SUCCESS;
    }
    if (profile == Profile.NONE) {
      return null;
    }
    int at = RULE;
    if (at < rule.length && rule[at].contains("CAP_")) {
      boolean without = rule[at].startsWith("!");
      String name = without ? rule[at].substring(1) : rule[at];
      Boolean has = held.get(name);
      if (has == null) {
        has = (capabilities & Capabilities.mask(List.of(name))) != 0;
        held.put(name, has);
      }
      if (has == without) {
        return null;
      }
      at++;
    }
    return at == rule.length ? Verdict.ALLOWED : condition(rule[at]);
  }

  private static Verdict condition(String text) {
    if (text.equals("ENOSYS")) {
      return Verdict.UNKNOWN;
    }
    if (text.startsWith("arg0&")) {
      return Verdict.allowedIf(Test.NO_BIT_OF, Integer.parseUnsignedInt(text.substring(5), 16));
    }
    int value = Integer.parseUnsignedInt(text.substring(6), 16);
    return Verdict.allowedIf(text.startsWith("arg0!=") ? Test.NOT : Test.IS, value);
  }

  private static List<String[]> rules() {
    String text = table();
    List<String[]> rules = new ArrayList<>(450);
    int end;
    for (int at = 0; (end = text.indexOf('\n', at)) >= 0; at = end + 1) {
      if (text.charAt(at) != '#') {
        rules.add(text.substring(at, end).split(" ", -1));
      }
    }
    return rules;
  }

  private static String table() {
    try (InputStream in = Seccomp.class.getResourceAsStream("seccomp.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
