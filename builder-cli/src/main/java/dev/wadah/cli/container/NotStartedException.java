package dev.wadah.cli.container;

/** A container could not be started; exit code 125. The cause says why. */
public final class NotStartedException extends Exception {
  private static final long serialVersionUID = 1L;

  NotStartedException(Exception cause) {
    super(cause.getMessage(), cause);
  }
}
