package dev.wadah.build.graph;

import dev.wadah.dockerfile.Instruction;
import dev.wadah.oci.Platform;
import java.util.List;

/** The names of vertices as BuildKit writes them: {@code [linux/amd64 build 2/4] }. */
final class Captions {
  private Captions() {}

  /** The bracket in front of an instruction; {@code number} is 1-based. */
  static String name(
      PlanScope scope, StageTable.Entry entry, Platform platform, int number, int total) {
    StringBuilder name = new StringBuilder("[");
    if (scope.request().target().naming() == PlanRequest.Naming.WITH_PLATFORM) {
      name.append(platform).append(' ');
    }
    if (scope.request().dockerfile().stages().size() > 1) {
      name.append(entry.label()).append(' ');
    }
    String digits = Integer.toString(total);
    name.append(" ".repeat(Math.max(0, digits.length() - Integer.toString(number).length())));
    return name.append(number).append('/').append(digits).append("] ").toString();
  }

  /** How many of the instructions are steps that are numbered. */
  static int steps(List<Instruction> instructions) {
    int steps = 0;
    for (Instruction i : instructions) {
      if (i instanceof Instruction.Run
          || i instanceof Instruction.Copy
          || i instanceof Instruction.Add
          || i instanceof Instruction.Workdir) {
        steps++;
      }
    }
    return steps;
  }
}
