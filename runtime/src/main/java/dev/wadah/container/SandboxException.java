package dev.wadah.container;

import java.io.IOException;

/** A container could not be started. */
public final class SandboxException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What was not possible; decides docker's exit code. */
  public enum Kind {
    /** The program is not there: 127. */
    NOT_FOUND,
    /** The program cannot be executed: 126. */
    NOT_EXECUTABLE,
    /** Anything else: 125. */
    SETUP
  }

  private final Kind kind;

  public SandboxException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
