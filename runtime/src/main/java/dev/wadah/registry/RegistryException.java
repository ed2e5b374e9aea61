package dev.wadah.registry;

import java.io.IOException;
import java.net.http.HttpTimeoutException;

/**
 * A registry did not do what it was asked. The message names the repository or reference, what was
 * asked of which host, and what came; never a secret.
 */
public class RegistryException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;

  public RegistryException(String message, Throwable cause) {
    this(message, 0, cause);
  }

  /**
   * An exception for a reply.
   *
   * @param status the HTTP status; 0 when no reply came
   */
  public RegistryException(String message, int status, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /** Whether a failure came of a registry that did not answer, or stopped in the middle. */
  public static boolean isSilence(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SilenceException || cause instanceof HttpTimeoutException) {
        return true;
      }
    }
    return false;
  }

  /** The HTTP status of the reply; 0 when none came or the reply itself was not at fault. */
  public int status() {
    return status;
  }
}
