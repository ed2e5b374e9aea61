package dev.wadah.container;

import dev.wadah.container.LauncherReport.Failure;
import dev.wadah.container.SandboxException.Kind;
import dev.wadah.layer.TreeForm;
import java.util.List;

/** What a failed step of the launcher means to the user: what, why, what to do. */
final class LaunchFailures {
  private LaunchFailures() {}

  static SandboxException toException(Failure failure, ContainerSpec spec) {
    if (failure.operation().equals("exec") && !failure.call().equals("fork")) {
      return program(failure, spec);
    }
    return new SandboxException(Kind.SETUP, setup(failure));
  }

  /**
   * What a list of {@link RootPlan#trial} came to: its program is not there, whatever works. That a
   * tmpfs could be mounted and the overlay could not is for the overlay's sake, EPERM too (a user
   * namespace before Linux 5.11); unless something ran out.
   */
  static TreeForm.Answer ofTrial(LauncherReport report) {
    if (report.failure().isEmpty()) {
      return new TreeForm.Answer(TreeForm.Verdict.UNKNOWN, "");
    }
    Failure failure = report.failure().get();
    boolean refused =
        failure.operation().equals("overlay")
            && !List.of("ENOMEM", "ENOSPC", "EMFILE", "ENFILE").contains(failure.error());
    if (refused) {
      return new TreeForm.Answer(TreeForm.Verdict.REFUSED, failure.toString().replace('\n', ' '));
    }
    return new TreeForm.Answer(
        failure.operation().equals("exec") ? TreeForm.Verdict.ACCEPTED : TreeForm.Verdict.UNKNOWN,
        "");
  }

  private static SandboxException program(Failure failure, ContainerSpec spec) {
    String name = spec.process().arguments().get(0);
    boolean lookup = failure.call().equals("lookup");
    return switch (failure.error()) {
      case "ENOENT", "ENOTDIR" ->
          new SandboxException(
              Kind.NOT_FOUND, lookup ? notFound(name, spec) : noInterpreter(failure.path()));
      case "EISDIR" ->
          new SandboxException(
              Kind.NOT_EXECUTABLE, "cannot start \"%s\": it is a directory".formatted(name));
      case "EACCES" ->
          new SandboxException(
              Kind.NOT_EXECUTABLE,
              "cannot start \"%s\": permission denied; it needs the x bit for user %d (chmod +x)"
                  .formatted(name, spec.process().user().uid()));
      case "ENOEXEC" ->
          new SandboxException(
              Kind.NOT_EXECUTABLE,
              "cannot start \"%s\": exec format error; it is neither a program for this machine (%s) nor a script that begins with #!"
                  .formatted(name, System.getProperty("os.arch")));
      default ->
          new SandboxException(
              Kind.NOT_EXECUTABLE, "cannot start \"%s\": %s".formatted(name, failure.reason()));
    };
  }

  private static String notFound(String name, ContainerSpec spec) {
    if (name.contains("/")) {
      return "cannot start \"%s\": no such file or directory in the container%s"
          .formatted(
              name, name.equals("/bin/sh") ? "; the image has no shell, use the exec form" : "");
    }
    String path = LaunchPlan.DEFAULT_PATH;
    for (String variable : spec.process().env()) {
      path = variable.startsWith("PATH=") ? variable.substring(5) : path;
    }
    return "cannot start \"%s\": executable file not found in PATH (%s)".formatted(name, path);
  }

  private static String noInterpreter(String program) {
    return ("cannot start \"%s\": the file is there, but the interpreter that its first line names, or its dynamic"
            + " loader, is not (no such file or directory)")
        .formatted(program);
  }

  private static String setup(Failure failure) {
    String what =
        switch (failure.operation()) {
          case "clone" -> "cannot make the namespaces of a container";
          case "overlay" -> "cannot mount the container's root file system";
          case "place", "source", "mount", "file" -> "cannot mount " + failure.path();
          case "mkdir", "cwd" -> "cannot use \"%s\" as working directory".formatted(failure.path());
          case "capabilities", "bounding" -> "cannot set the container's capabilities";
          case "seccomp" -> "cannot install the container's seccomp filter";
          case "cgroup" -> "cannot enter the control group " + failure.path();
          default -> "cannot set up the container";
        };
    return "%s: %s%s".formatted(what, failure, remedy(failure));
  }

  /** The process is an ordinary user's, and in no namespace where that user is root. */
  static SandboxException notRoot() {
    return new SandboxException(Kind.SETUP, needed() + " (docs/sandbox.md)");
  }

  private static String needed() {
    String why = System.getenv("WADAH_NO_NAMESPACE");
    return "Wadah needs to be root with CAP_SYS_ADMIN for this, or root of a user namespace"
        + (why == null ? "" : ", and " + why);
  }

  private static String remedy(Failure failure) {
    if (failure.call().equals("setns")) {
      return "; the root directory of this process is no mount point, as in a chroot, which can be left with /proc"
          + " mounted and CAP_SYS_CHROOT only; else make it one: mount --bind DIR DIR before chroot DIR"
          + " (docs/sandbox.md)";
    }
    if (List.of("EPERM", "EACCES").contains(failure.error())) {
      return "; " + needed() + " (docs/sandbox.md)";
    }
    return failure.detail().contains("not supported as upperdir")
        ? "; the store was made on another kind of file system than it lies on now: begin a new one,"
            + " best on a volume, with WADAH_HOME or --root (docs/sandbox.md)"
        : "";
  }
}
