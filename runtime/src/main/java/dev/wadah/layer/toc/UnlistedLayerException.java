package dev.wadah.layer.toc;

import java.io.IOException;

/** A layer has something that no list of its files can say; the message names it. */
public final class UnlistedLayerException extends IOException {
  private static final long serialVersionUID = 1L;

  UnlistedLayerException(String message) {
    super(message);
  }
}
