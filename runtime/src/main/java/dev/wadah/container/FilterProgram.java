package dev.wadah.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

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
  private static final int ENOSYS = 38;
  private static final int LONGEST_JUMP = 255;

  /** Instructions as the kernel lays them out: code, jt, jf, k. */
  private final List<int[]> instructions = new ArrayList<>();

  private FilterProgram() {}

  /** How the first argument is looked at. */
  enum Test {
    IS,
    NOT,
    NO_BIT_OF
  }

  /** A question about the low 32 bits of the first argument: all that the kernel itself reads. */
  record Condition(Test test, int value) {}

  /**
   * What becomes of a call.
   *
   * @param conditions allowed if one of them holds; empty: {@code otherwise} at once
   * @param otherwise the kernel's action
   */
  record Verdict(List<Condition> conditions, int otherwise) {
    static final Verdict ALLOW = new Verdict(List.of(), RET_ALLOW);

    /** Not made, but answered with this error; 0 is success. */
    static Verdict errno(int errno) {
      return new Verdict(List.of(), RET_ERRNO | errno);
    }

    static Verdict allowIf(Condition condition, int errno) {
      return new Verdict(List.of(condition), RET_ERRNO | errno);
    }

    /** Of two rules for one call, either may allow it; an unconditional one decides alone. */
    Verdict or(Verdict other) {
      if (conditions.isEmpty() || other.conditions.isEmpty()) {
        return conditions.isEmpty() ? this : other;
      }
      List<Condition> both = new ArrayList<>(conditions);
      both.addAll(other.conditions);
      return new Verdict(both, otherwise);
    }
  }

  /**
   * Verdicts for what no rule names.
   *
   * @param known for numbers up to the highest that has a rule
   * @param unknown for numbers above
   */
  record Defaults(Verdict known, Verdict unknown) {}

  /** The rules of one ABI. */
  record Interface(int audit, NavigableMap<Integer, Verdict> verdicts, Defaults defaults) {}

  /** A run of numbers with one verdict, from {@code first} up to the next run. */
  private record Run(int first, Verdict verdict) {}

  /** Programs of an ABI that is not given are answered ENOSYS whatever they call. */
  static FilterProgram of(List<Interface> interfaces) {
    FilterProgram program = new FilterProgram();
    program.add(LOAD, 0, 0, ARCHITECTURE);
    for (Interface each : interfaces) {
      FilterProgram body = new FilterProgram();
      body.add(LOAD, 0, 0, NUMBER);
      List<Run> runs = runs(each);
      body.search(runs, 0, runs.size());
      program.add(JUMP_IF_EQUAL, 1, 0, each.audit());
      program.add(JUMP, 0, 0, body.instructions.size());
      program.instructions.addAll(body.instructions);
    }
    program.add(RETURN, 0, 0, RET_ERRNO | ENOSYS);
    return program;
  }

  private static List<Run> runs(Interface rules) {
    List<Run> runs = new ArrayList<>();
    int next = 0;
    for (Map.Entry<Integer, Verdict> rule : rules.verdicts().entrySet()) {
      if (rule.getKey() > next) {
        append(runs, new Run(next, rules.defaults().known()));
      }
      append(runs, new Run(rule.getKey(), rule.getValue()));
      next = rule.getKey() + 1;
    }
    append(runs, new Run(next, rules.defaults().unknown()));
    return runs;
  }

  private static void append(List<Run> runs, Run run) {
    if (runs.isEmpty() || !runs.get(runs.size() - 1).verdict().equals(run.verdict())) {
      runs.add(run);
    }
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
    for (Condition condition : verdict.conditions()) {
      add(LOAD, 0, 0, FIRST_ARGUMENT);
      if (condition.test() == Test.NO_BIT_OF) {
        add(AND, 0, 0, condition.value());
        add(JUMP_IF_EQUAL, 0, 1, 0);
      } else {
        boolean is = condition.test() == Test.IS;
        add(JUMP_IF_EQUAL, is ? 0 : 1, is ? 1 : 0, condition.value());
      }
      add(RETURN, 0, 0, RET_ALLOW);
    }
    add(RETURN, 0, 0, verdict.otherwise());
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
