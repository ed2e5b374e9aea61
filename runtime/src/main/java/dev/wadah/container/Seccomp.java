package dev.wadah.container;

import dev.wadah.container.FilterProgram.Condition;
import dev.wadah.container.FilterProgram.Defaults;
import dev.wadah.container.FilterProgram.Interface;
import dev.wadah.container.FilterProgram.Test;
import dev.wadah.container.FilterProgram.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Seccomp programs from the rules in {@code seccomp.txt}: Docker's default profile, and the answers
 * that make file syncs free. Both may be on or off.
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

  /** Calls whose only work is to wait for a disk. */
  private static final List<String> SYNCS =
      List.of("fsync", "fdatasync", "sync", "syncfs", "sync_file_range", "arm_sync_file_range");

  private static final int EPERM = 1;
  private static final int ENOSYS = 38;

  /** Programs by what they depend on: reading the table costs more than a container start. */
  private final Map<String, String> programs = new ConcurrentHashMap<>();

  /**
   * The program for this machine, in hexadecimal, eight bytes an instruction.
   *
   * @param profile whether Docker's profile applies; else everything is allowed
   * @param fakeSync whether syncs are answered with success and not made
   * @param capabilities bit mask of what the container may have; it opens further calls
   */
  String program(boolean profile, boolean fakeSync, long capabilities) {
    String key = profile + " " + fakeSync + " " + capabilities;
    return programs.computeIfAbsent(
        key, k -> compile(Architecture.ofThisMachine(), profile, fakeSync, capabilities).toHex());
  }

  /** The program for a machine of the given kind. */
  static FilterProgram compile(
      Architecture architecture, boolean profile, boolean fakeSync, long capabilities) {
    List<String[]> rules = rules();
    List<Interface> interfaces = new ArrayList<>();
    for (Abi abi : List.of(architecture.wide(), architecture.narrow())) {
      TreeMap<Integer, Verdict> verdicts = new TreeMap<>();
      for (String[] rule : rules) {
        if (!rule[abi.column()].equals("-")) {
          int number = Integer.parseInt(rule[abi.column()]);
          verdict(rule, profile, fakeSync, capabilities)
              .ifPresent(v -> verdicts.merge(number, v, Verdict::or));
        }
      }
      interfaces.add(new Interface(abi.audit(), verdicts, defaults(profile)));
    }
    return FilterProgram.of(interfaces);
  }

  private static Defaults defaults(boolean profile) {
    return profile
        ? new Defaults(Verdict.errno(EPERM), Verdict.errno(ENOSYS))
        : new Defaults(Verdict.ALLOW, Verdict.ALLOW);
  }

  private static Optional<Verdict> verdict(
      String[] rule, boolean profile, boolean fakeSync, long capabilities) {
    if (fakeSync && SYNCS.contains(rule[0])) {
      return Optional.of(Verdict.errno(0));
    }
    int at = 5;
    if (at < rule.length && rule[at].contains("CAP_")) {
      boolean without = rule[at].startsWith("!");
      long needed = Capabilities.mask(List.of(without ? rule[at].substring(1) : rule[at]));
      if ((capabilities & needed) != 0 == without) {
        return Optional.empty();
      }
      at++;
    }
    if (!profile) {
      return Optional.empty();
    }
    return Optional.of(at == rule.length ? Verdict.ALLOW : condition(rule[at]));
  }

  private static Verdict condition(String text) {
    if (text.equals("ENOSYS")) {
      return Verdict.errno(ENOSYS);
    }
    int value = Integer.parseUnsignedInt(text.substring(text.startsWith("arg0&") ? 5 : 6), 16);
    Test test =
        text.startsWith("arg0&") ? Test.NO_BIT_OF : text.startsWith("arg0!=") ? Test.NOT : Test.IS;
    return Verdict.allowIf(new Condition(test, value), EPERM);
  }

  private static List<String[]> rules() {
    try (InputStream in = Seccomp.class.getResourceAsStream("seccomp.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      List<String[]> rules = new ArrayList<>(450);
      for (String line : text.split("\n", -1)) {
        if (!line.isEmpty() && !line.startsWith("#")) {
          rules.add(line.split(" ", -1));
        }
      }
      return rules;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
