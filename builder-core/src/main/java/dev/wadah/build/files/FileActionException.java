package dev.wadah.build.files;

/** A file action is impossible; a user mistake. */
public final class FileActionException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final String subject;
  private final String why;
  private final String remedy;

  /**
   * A failed action.
   *
   * @param code kebab-case
   * @param message what is wrong
   * @param subject the source or destination word that is to blame, for the caret
   * @param why the rule
   * @param remedy what to do
   */
  public FileActionException(
      String code, String message, String subject, String why, String remedy) {
    super(message);
    this.code = code;
    this.subject = subject;
    this.why = why;
    this.remedy = remedy;
  }

  public String code() {
    return code;
  }

  public String subject() {
    return subject;
  }

  public String why() {
    return why;
  }

  public String remedy() {
    return remedy;
  }
}
