package dev.wadah.cli;

import dev.wadah.dockerfile.Diagnostic;

/** A command cannot do what it was asked for, by no fault of its command line. */
public final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Diagnostic diagnostic;

  /**
   * A failed command.
   *
   * @param code kebab-case
   * @param message what is wrong, names and values quoted
   * @param why the reason; may be empty
   * @param remedy what to do; may be empty
   */
  public CommandException(String code, String message, String why, String remedy) {
    super(message);
    this.diagnostic = Diagnostic.error(code, message, why, remedy);
  }

  public Diagnostic diagnostic() {
    return diagnostic;
  }
}
