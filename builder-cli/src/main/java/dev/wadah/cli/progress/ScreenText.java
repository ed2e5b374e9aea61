package dev.wadah.cli.progress;

/** Text that is safe and fits on a terminal line. */
final class ScreenText {
  private static final int TAB = 4;

  private ScreenText() {}

  /**
   * What of a line of a program's output can be shown: behind the last carriage return, without
   * escape sequences and control characters, tabs as blanks. A step can thus not move the cursor or
   * change the terminal.
   */
  static String printable(String line) {
    String visible = line.substring(line.lastIndexOf('\r') + 1);
    StringBuilder text = new StringBuilder(visible.length());
    int i = 0;
    while (i < visible.length()) {
      char c = visible.charAt(i);
      if (c == 0x1b) {
        i = behindEscape(visible, i + 1);
        continue;
      }
      if (c == '\t') {
        text.append(" ".repeat(TAB - text.length() % TAB));
      } else if (c >= ' ' && (c < 0x7f || c > 0x9f)) {
        text.append(c);
      }
      i++;
    }
    return text.toString();
  }

  /** Position behind an escape sequence whose introducer was before {@code at}. */
  private static int behindEscape(String text, int at) {
    if (at >= text.length()) {
      return at;
    }
    char kind = text.charAt(at);
    int i = at + 1;
    if (kind == '[') {
      // Control sequence: ends with a letter or the like (ECMA-48, 5.4).
      while (i < text.length() && (text.charAt(i) < 0x40 || text.charAt(i) > 0x7e)) {
        i++;
      }
      return Math.min(i + 1, text.length());
    }
    if (kind == ']') {
      // Operating system command: ends with BEL or ESC backslash.
      while (i < text.length() && text.charAt(i) != 7 && text.charAt(i) != 0x1b) {
        i++;
      }
      boolean escape = i + 1 < text.length() && text.charAt(i) == 0x1b;
      return Math.min(i + (escape ? 2 : 1), text.length());
    }
    return i;
  }

  /** The beginning of a text that is at most {@code columns} wide. */
  static String fit(String text, int columns) {
    int used = 0;
    int i = 0;
    while (i < text.length()) {
      int c = text.codePointAt(i);
      used += width(c);
      if (used > columns) {
        return text.substring(0, i);
      }
      i += Character.charCount(c);
    }
    return text;
  }

  /** Columns that a printable text takes. */
  static int width(String text) {
    return text.codePoints().map(ScreenText::width).sum();
  }

  private static int width(int c) {
    if (c < 0x300) {
      return 1;
    }
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    boolean wide =
        (c >= 0x1100 && c <= 0x115f)
            || (c >= 0x2e80 && c <= 0xa4cf)
            || (c >= 0xac00 && c <= 0xd7a3)
            || (c >= 0xf900 && c <= 0xfaff)
            || (c >= 0xfe30 && c <= 0xfe6f)
            || (c >= 0xff00 && c <= 0xff60)
            || (c >= 0xffe0 && c <= 0xffe6)
            || (c >= 0x1f300 && c <= 0x1faff)
            || (c >= 0x20000 && c <= 0x3fffd);
    return wide ? 2 : 1;
  }
}
