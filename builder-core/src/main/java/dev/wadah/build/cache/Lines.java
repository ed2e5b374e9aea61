package dev.wadah.build.cache;

/** Keeps any text on one line. */
final class Lines {
  private Lines() {}

  static String escape(String text) {
    if (text.indexOf('\n') < 0 && text.indexOf('\\') < 0 && text.indexOf('\r') < 0) {
      return text;
    }
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }

  static String unescape(String line) {
    if (line.indexOf('\\') < 0) {
      return line;
    }
    StringBuilder text = new StringBuilder(line.length());
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && i + 1 < line.length()) {
        c = line.charAt(++i);
        text.append(c == 'n' ? '\n' : c == 'r' ? '\r' : c);
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }
}
