package dev.wadah.build.exec;

import dev.wadah.build.BuildException;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.container.Sandbox;
import dev.wadah.container.SandboxException;
import java.util.List;
import java.util.Map;

/** Explains why a RUN did not succeed. */
final class StepFailure {
  private static final int SIGNAL_BASE = 128;

  private static final Map<Integer, String> SIGNALS =
      Map.of(
          1, "SIGHUP", 2, "SIGINT", 3, "SIGQUIT", 4, "SIGILL", 6, "SIGABRT", 8, "SIGFPE", 9,
          "SIGKILL", 11, "SIGSEGV", 13, "SIGPIPE", 15, "SIGTERM");

  private final Faults faults;

  StepFailure(Faults faults) {
    this.faults = faults;
  }

  /** The command ran and ended badly. */
  BuildException of(Vertex vertex, Op.Exec op, Sandbox.Outcome outcome, StepOutput output) {
    String message =
        "process \"%s\" did not complete successfully: exit code: %d%s"
            .formatted(String.join(" ", op.arguments()), outcome.exitCode(), cause(outcome));
    List<String> lines = output.lastLines();
    String why =
        lines.isEmpty()
            ? "it printed nothing"
            : "the last lines that it printed:\n  " + String.join("\n  ", lines);
    String remedy =
        output
            .file()
            .map(file -> "the whole output is in " + file)
            .orElse("run the command by hand in the image of the step before");
    return faults.failure(vertex, "run-failed", message, why, remedy);
  }

  private static String cause(Sandbox.Outcome outcome) {
    if (outcome.oomKilled()) {
      return " (killed by the kernel: the memory limit was reached)";
    }
    String signal = SIGNALS.get(outcome.exitCode() - SIGNAL_BASE);
    return switch (outcome.exitCode()) {
      case 126 -> " (the command cannot be executed: permission denied or no program)";
      case 127 -> " (a command was not found)";
      default -> signal == null ? "" : " (killed by " + signal + ")";
    };
  }

  /** The command could not be started. */
  BuildException of(Vertex vertex, Op.Exec op, SandboxException e) {
    String program = op.arguments().isEmpty() ? "" : op.arguments().get(0);
    return switch (e.kind()) {
      case NOT_FOUND ->
          faults.failure(
              vertex,
              "command-not-found",
              "cannot run \"%s\": %s (exit code: 127)".formatted(program, e.getMessage()),
              "the file, or the interpreter that its first line names, is not found in the image",
              program.equals("/bin/sh")
                  ? "use the exec form, RUN [\"program\", \"argument\"], or a base with a shell"
                  : "check the spelling and the image's PATH");
      case NOT_EXECUTABLE ->
          faults.failure(
              vertex,
              "command-not-executable",
              "cannot run \"%s\": %s (exit code: 126)".formatted(program, e.getMessage()),
              "the file has no execute permission for this user, or is no program",
              "chmod +x it, or COPY it with --chmod=755");
      case SETUP ->
          faults.failure(
              vertex,
              "sandbox-failed",
              "the container of this step could not be made: " + e.getMessage(),
              "the machine refused an operation that the step needs",
              "docs/sandbox.md tells what a container needs of the machine");
    };
  }
}
