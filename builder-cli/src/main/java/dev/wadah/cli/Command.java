package dev.wadah.cli;

/** A command of {@code wadah}. */
public interface Command {
  /** Begins, in other threads, what it will need; called before its command line is looked at. */
  default void prepare() {}

  /** Its flags and arguments. */
  CommandModel model();

  /** The exit code when its command line is wrong. */
  default int usageCode() {
    return ExitCode.USAGE;
  }

  /**
   * Does it.
   *
   * @return the exit code
   * @throws Exception any failure; {@link Failures} turns it into a message and an exit code
   */
  int run(Arguments arguments, Session session) throws Exception;
}
