package dev.wadah.cli;

/** Exit codes of {@code wadah}. */
public final class ExitCode {
  public static final int OK = 0;

  /** What was asked for failed: a build, a pull, a check. */
  public static final int FAILED = 1;

  /** The command line is wrong. */
  public static final int USAGE = 2;

  /** {@code run}: the container could not be started, by a fault of the request or of Wadah. */
  public static final int CONTAINER_NOT_STARTED = 125;

  /** {@code run}: the program is there but cannot be executed. */
  public static final int NOT_EXECUTABLE = 126;

  /** {@code run}: there is no such program. */
  public static final int NOT_FOUND = 127;

  /** Ctrl-C. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
