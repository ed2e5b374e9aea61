package dev.wadah.build.explain;

/** Shows in what two texts differ, on one line. */
final class TextChange {
  /** Shorter texts are shown whole. */
  private static final int WHOLE = 48;

  private static final int LONGEST = 60;

  private TextChange() {}

  /** Such as {@code "make" → "make -j4"}; of long texts only the words that differ. */
  static String of(String before, String after) {
    String then = line(before);
    String now = line(after);
    if (then.length() <= WHOLE && now.length() <= WHOLE) {
      return quoted(then) + " → " + quoted(now);
    }
    int least = Math.min(then.length(), now.length());
    int begin = 0;
    while (begin < least && then.charAt(begin) == now.charAt(begin)) {
      begin++;
    }
    int end = 0;
    while (end < least - begin
        && then.charAt(then.length() - 1 - end) == now.charAt(now.length() - 1 - end)) {
      end++;
    }
    begin = wordBegin(then, begin);
    end = wordEnd(then, end);
    return part(then, begin, end) + " → " + part(now, begin, end);
  }

  private static int wordBegin(String text, int at) {
    int begin = at;
    while (begin > 0 && text.charAt(begin - 1) != ' ') {
      begin--;
    }
    return begin;
  }

  /** What counts is the distance from the end, which both texts have in common. */
  private static int wordEnd(String text, int distance) {
    int end = distance;
    while (end > 0 && text.charAt(text.length() - end) != ' ') {
      end--;
    }
    return end;
  }

  private static String part(String text, int begin, int end) {
    String part = text.substring(begin, Math.max(begin, text.length() - end)).strip();
    return part.isEmpty() ? "nothing" : quoted(part);
  }

  private static String quoted(String text) {
    return "\"" + shortened(text, LONGEST) + "\"";
  }

  /** One line of printable text; breaks of lines and their marks become blanks. */
  static String line(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean joins = c == '\\' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
      boolean blank = joins || Character.isWhitespace(c) || Character.isISOControl(c);
      if (!blank) {
        line.append(c);
      } else if (line.length() > 0 && line.charAt(line.length() - 1) != ' ') {
        line.append(' ');
      }
    }
    return line.toString().strip();
  }

  static String shortened(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
  }
}
