package dev.wadah.cli;

/** The command line is wrong; exit code 2, or the command's {@link Command#usageCode}. */
public final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String why;
  private final String remedy;

  /**
   * A usage error.
   *
   * @param message what is wrong, values quoted
   * @param why the rule; may be empty
   * @param remedy what to type instead; may be empty
   */
  public UsageException(String message, String why, String remedy) {
    super(message);
    this.why = why;
    this.remedy = remedy;
  }

  public String why() {
    return why;
  }

  public String remedy() {
    return remedy;
  }
}
