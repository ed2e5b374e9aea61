package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.expand.Blanks;

/** Shows what a user wrote within a message. */
final class Quoting {
  private static final int MAX_SHOWN = 60;

  private Quoting() {}

  /**
   * The text in double quotes on one line, control characters and odd blanks escaped, cut when it
   * is long.
   */
  static String quote(String text) {
    StringBuilder out = new StringBuilder("\"");
    int shown = Math.min(text.length(), MAX_SHOWN);
    for (int i = 0; i < shown; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || (c > ' ' && Blanks.isBlank(c))) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append(text.length() > shown ? "…\"" : "\"").toString();
  }
}
