package dev.wadah.container;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A classic BPF program for seccomp (linux/filter.h, linux/seccomp.h): finds the verdict on a
 * system call by binary search over ranges of numbers, so that a call costs about eight comparisons
 * and a kernel that caches verdicts (5.11) needs little time to work them out.
 */
final class FilterProgram {
  private static final int LOAD = 0x20;
  private static final int AND = 0x54;
  private static final int JUMP = 0x05;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int JUMP_IF_AT_LEAST = 0x35;
  private static final int RETURN = 0x06;

  /** Offsets in struct seccomp_data; of the first argument the low half (little endian). */
  private static final int NUMBER = 0;

  private static final int ARCHITECTURE = 4;
  private static final int FIRST_ARGUMENT = 16;

  private static final int RET_ALLOW = 0x7FFF0000;
  private static final int RET_ERRNO = 0x00050000;
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int LONGEST_JUMP = 255;

  /** Instructions as the kernel lays them out: code, jt, jf, k. */
  private final List<int[]> instructions = new ArrayList<>();

  private FilterProgram() {}

  /** How the low 32 bits of the first argument are looked at: all that the kernel itself reads. */
  enum Test {
    IS,
    NOT,
    NO_BIT_OF
  }

  /** What becomes of a call. Equal ones are the same object, unless they have conditions. */
  static final class Verdict {
    static final Verdict ALLOWED = new Verdict(RET_ALLOW);
    static final Verdict REFUSED = new Verdict(RET_ERRNO | EPERM);
    static final Verdict UNKNOWN = new Verdict(RET_ERRNO | ENOSYS);

    /** Not made, but answered as if. */
    static final Verdict SUCCESS = new Verdict(RET_ERRNO);

    private final int action;
    private final Test[] tests;
    private final int[] values;

    private Verdict(int action, Test[] tests, int[] values) {
      this.action = action;
      this.tests = tests;
      this.values = values;
    }

    private Verdict(int action) {
      this(action, new Test[0], new int[0]);
    }

    /** Refused unless the first argument passes. */
    static Verdict allowedIf(Test test, int value) {
      return new Verdict(RET_ERRNO | EPERM, new Test[] {test}, new int[] {value});
    }

    /** Of two rules for one call, either may allow it; an unconditional one decides alone. */
    Verdict or(Verdict other) {
      if (tests.length == 0 || other.tests.length == 0) {
        return tests.length == 0 ? this : other;
      }
      Test[] both = Arrays.copyOf(tests, tests.length + 1);
      int[] bothValues = Arrays.copyOf(values, values.length + 1);
      both[tests.length] = other.tests[0];
      bothValues[values.length] = other.values[0];
      return new Verdict(action, both, bothValues);
    }
  }

  /** The rules of one ABI. */
  static final class Interface {
    private final int audit;
    private final boolean refuses;
    private final TreeMap<Integer, Verdict> verdicts = new TreeMap<>();

    /** Calls without a rule are refused, or else allowed. */
    Interface(int audit, boolean refuses) {
      this.audit = audit;
      this.refuses = refuses;
    }

    void add(int number, Verdict verdict) {
      Verdict before = verdicts.get(number);
      verdicts.put(number, before == null ? verdict : before.or(verdict));
    }

    /** Calls above the highest number with a rule are newer than the rules: callers fall back. */
    private List<Run> runs() {
      List<Run> runs = new ArrayList<>();
      int next = 0;
      for (Map.Entry<Integer, Verdict> rule : verdicts.entrySet()) {
        if (rule.getKey() > next) {
          append(runs, next, refuses ? Verdict.REFUSED : Verdict.ALLOWED);
        }
        append(runs, rule.getKey(), rule.getValue());
        next = rule.getKey() + 1;
      }
      append(runs, next, refuses ? Verdict.UNKNOWN : Verdict.ALLOWED);
      return runs;
    }

    private static void append(List<Run> runs, int first, Verdict verdict) {
      if (runs.isEmpty() || runs.get(runs.size() - 1).verdict() != verdict) {
        runs.add(new Run(first, verdict));
      }
    }
  }

  /** A run of numbers with one verdict, from {@code first} up to the next run. */
  private record Run(int first, Verdict verdict) {}

  /** Programs of an ABI that is not given are answered ENOSYS whatever they call. */
  static FilterProgram of(Interface... interfaces) {
    FilterProgram program = new FilterProgram();
    program.add(LOAD, 0, 0, ARCHITECTURE);
    for (Interface each : interfaces) {
      FilterProgram body = new FilterProgram();
      body.add(LOAD, 0, 0, NUMBER);
      List<Run> runs = each.runs();
      body.search(runs, 0, runs.size());
      program.add(JUMP_IF_EQUAL, 1, 0, each.audit);
      program.add(JUMP, 0, 0, body.instructions.size());
      program.instructions.addAll(body.instructions);
    }
    program.add(RETURN, 0, 0, RET_ERRNO | ENOSYS);
    return program;
  }

  private void search(List<Run> runs, int from, int to) {
    if (to - from == 1) {
      decide(runs.get(from).verdict());
      return;
    }
    int middle = (from + to) / 2;
    FilterProgram below = new FilterProgram();
    below.search(runs, from, middle);
    int length = below.instructions.size();
    if (length <= LONGEST_JUMP) {
      add(JUMP_IF_AT_LEAST, length, 0, runs.get(middle).first());
    } else {
      add(JUMP_IF_AT_LEAST, 0, 1, runs.get(middle).first());
      add(JUMP, 0, 0, length);
    }
    instructions.addAll(below.instructions);
    search(runs, middle, to);
  }

  private void decide(Verdict verdict) {
    for (int i = 0; i < verdict.tests.length; i++) {
      add(LOAD, 0, 0, FIRST_ARGUMENT);
      if (verdict.tests[i] == Test.NO_BIT_OF) {
        add(AND, 0, 0, verdict.values[i]);
        add(JUMP_IF_EQUAL, 0, 1, 0);
      } else {
        boolean is = verdict.tests[i] == Test.IS;
        add(JUMP_IF_EQUAL, is ? 0 : 1, is ? 1 : 0, verdict.values[i]);
      }
      add(RETURN, 0, 0, RET_ALLOW);
    }
    add(RETURN, 0, 0, verdict.action);
  }

  private void add(int code, int ifTrue, int ifFalse, int operand) {
    instructions.add(new int[] {code, ifTrue, ifFalse, operand});
  }

  /** The instructions, eight bytes each, little endian, in hexadecimal. */
  String toHex() {
    StringBuilder hex = new StringBuilder(instructions.size() * 16);
    for (int[] instruction : instructions) {
      bytes(hex, instruction[0], 2);
      bytes(hex, instruction[1], 1);
      bytes(hex, instruction[2], 1);
      bytes(hex, instruction[3], 4);
    }
    return hex.toString();
  }

  private static void bytes(StringBuilder to, int value, int count) {
    for (int i = 0; i < count; i++) {
      int b = value >>> (8 * i) & 0xFF;
      to.append(Character.forDigit(b >> 4, 16)).append(Character.forDigit(b & 15, 16));
    }
  }

  int size() {
    return instructions.size();
  }

  /**
   * What the kernel would do with a call; for tests.
   *
   * @return the action, as in linux/seccomp.h
   */
  int evaluate(int audit, int number, int firstArgument) {
    int a = 0;
    for (int i = 0; ; i++) {
      int[] at = instructions.get(i);
      switch (at[0]) {
        case LOAD -> a = at[3] == NUMBER ? number : at[3] == ARCHITECTURE ? audit : firstArgument;
        case AND -> a &= at[3];
        case JUMP -> i += at[3];
        case JUMP_IF_EQUAL -> i += a == at[3] ? at[1] : at[2];
        case JUMP_IF_AT_LEAST -> i += Integer.compareUnsigned(a, at[3]) >= 0 ? at[1] : at[2];
        default -> {
          return at[3];
        }
      }
    }
  }
}
