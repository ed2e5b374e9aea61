package dev.wadah.registry;

/** A place sends more bytes than a blob has, so those that came may be of another one. */
final class OverlongBlobException extends RegistryException {
  private static final long serialVersionUID = 1L;

  OverlongBlobException(String message) {
    super(message, null);
  }
}
