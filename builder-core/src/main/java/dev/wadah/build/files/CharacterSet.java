package dev.wadah.build.files;

/** A set of characters in brackets within a pattern, such as {@code [a-z]} or {@code [^\]]}. */
final class CharacterSet {
  private CharacterSet() {}

  /**
   * The index behind the closing bracket of the set that opens at {@code open}.
   *
   * @throws IllegalArgumentException if the set is empty, not closed, or has half a range
   */
  static int end(String pattern, int open) {
    int i = skipNegation(pattern, open);
    int ranges = 0;
    while (i < pattern.length()) {
      if (pattern.charAt(i) == ']' && ranges > 0) {
        return i + 1;
      }
      i = member(pattern, i);
      if (i < pattern.length() && pattern.charAt(i) == '-') {
        i = member(pattern, i + 1);
      }
      ranges++;
    }
    throw new IllegalArgumentException("\"[\" is never closed");
  }

  /** Whether the set in {@code pattern} from {@code open} to {@code end} holds {@code c}. */
  static boolean contains(String pattern, int open, int end, int c) {
    int first = skipNegation(pattern, open);
    boolean found = false;
    for (int i = first; i < end - 1; ) {
      int low = code(pattern, i);
      int high = low;
      i = member(pattern, i);
      if (pattern.charAt(i) == '-') {
        high = code(pattern, i + 1);
        i = member(pattern, i + 1);
      }
      found |= low <= c && c <= high;
    }
    return found == (first == open + 1);
  }

  private static int skipNegation(String pattern, int open) {
    return open + 1 < pattern.length() && pattern.charAt(open + 1) == '^' ? open + 2 : open + 1;
  }

  private static int code(String pattern, int i) {
    return pattern.codePointAt(pattern.charAt(i) == '\\' ? i + 1 : i);
  }

  /** The index behind the member at {@code i}. */
  private static int member(String pattern, int i) {
    if (i >= pattern.length()) {
      throw new IllegalArgumentException("\"[\" is never closed");
    }
    char c = pattern.charAt(i);
    if (c == '-' || c == ']') {
      throw new IllegalArgumentException(
          "\"%c\" within brackets must be escaped with a backslash".formatted(c));
    }
    int literal = c == '\\' ? i + 1 : i;
    if (literal >= pattern.length()) {
      throw new IllegalArgumentException("\"[\" is never closed");
    }
    return literal + Character.charCount(pattern.codePointAt(literal));
  }
}
