package dev.wadah.registry;

import java.io.IOException;
import java.time.Duration;

/** A registry sent nothing, or next to nothing, for longer than we wait. */
final class SilenceException extends IOException {
  private static final long serialVersionUID = 1L;

  SilenceException(String what, Duration waited) {
    super(what + " for " + describe(waited));
  }

  private static String describe(Duration time) {
    return time.toMillis() < 1000 ? time.toMillis() + " ms" : time.toSeconds() + " s";
  }
}
