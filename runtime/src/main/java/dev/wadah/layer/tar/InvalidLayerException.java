package dev.wadah.layer.tar;

import java.io.IOException;

/** An archive is broken, or asks for what no layer may ask for; the message names the entry. */
public final class InvalidLayerException extends IOException {
  private static final long serialVersionUID = 1L;

  public InvalidLayerException(String message) {
    super(message);
  }

  public InvalidLayerException(String message, Throwable cause) {
    super(message, cause);
  }
}
