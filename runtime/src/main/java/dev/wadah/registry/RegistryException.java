package dev.wadah.registry;

import java.io.IOException;

/** A registry did not do what it was asked. */
public final class RegistryException extends IOException {
  private static final long serialVersionUID = 1L;

  public RegistryException(String message, Throwable cause) {
    super(message, cause);
  }
}
