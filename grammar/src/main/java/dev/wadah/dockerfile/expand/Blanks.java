package dev.wadah.dockerfile.expand;

/**
 * What counts as blank. Docker's front end is written in Go, whose notion of white space (Unicode's
 * White_Space) differs from {@link Character#isWhitespace}: a no-break space is blank, a file
 * separator is not.
 */
public final class Blanks {
  private Blanks() {}

  /** Whether {@code c} is white space in Unicode's sense. */
  public static boolean isBlank(char c) {
    if (c <= ' ') {
      return c == ' ' || (c >= '\t' && c <= '\r');
    }
    return c >= 0x85 && isWideBlank(c);
  }

  private static boolean isWideBlank(char c) {
    return switch (c) {
      case 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
      default -> c >= 0x2000 && c <= 0x200A;
    };
  }

  /** Whether {@code c} separates the words of an instruction: an ASCII blank, no line feed. */
  public static boolean separatesWords(char c) {
    return c == ' ' || c == '\t' || c == 0x0B || c == '\f' || c == '\r';
  }

  /** The first index at or after {@code from} that holds no blank, or {@code to}. */
  public static int skip(CharSequence text, int from, int to) {
    int i = from;
    while (i < to && isBlank(text.charAt(i))) {
      i++;
    }
    return i;
  }

  /**
   * The index behind the last character before {@code to} that is no blank, at least {@code from}.
   */
  public static int trimEnd(CharSequence text, int from, int to) {
    int i = to;
    while (i > from && isBlank(text.charAt(i - 1))) {
      i--;
    }
    return i;
  }

  /** The text without blanks at both ends. */
  public static String trim(String text) {
    int from = skip(text, 0, text.length());
    return text.substring(from, trimEnd(text, from, text.length()));
  }
}
