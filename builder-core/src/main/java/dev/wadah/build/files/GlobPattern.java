package dev.wadah.build.files;

/**
 * A wildcard pattern as COPY takes it: {@code *} and {@code ?} match anything but a slash, {@code
 * [a-z]} and {@code [^a-z]} one of a set, a backslash takes the next character literally. The rules
 * are those of Go's filepath.Match.
 */
public final class GlobPattern {
  private static final char STAR = '*';
  private static final int MISMATCH = -1;

  private final String pattern;

  private GlobPattern(String pattern) {
    this.pattern = pattern;
  }

  /**
   * Compiles a pattern.
   *
   * @throws IllegalArgumentException if a bracket is not closed or a backslash stands at the end
   */
  public static GlobPattern of(String pattern) {
    check(pattern);
    return new GlobPattern(pattern);
  }

  /** Whether {@code text} holds a wildcard that is not escaped. */
  public static boolean hasWildcard(String text) {
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '\\' -> i++;
        case STAR, '?', '[' -> {
          return true;
        }
        default -> {}
      }
    }
    return false;
  }

  /** Whether the whole of {@code name} matches. */
  public boolean matches(String name) {
    int p = 0;
    int n = 0;
    while (p < pattern.length()) {
      boolean star = false;
      while (p < pattern.length() && pattern.charAt(p) == STAR) {
        star = true;
        p++;
      }
      int end = chunkEnd(p);
      if (star && p == end) {
        return name.indexOf('/', n) < 0;
      }
      int next = matchChunk(p, end, name, n);
      boolean last = end == pattern.length();
      // The first place that fits is taken for good, as Go does it.
      while (star && (next == MISMATCH || (last && next < name.length()))) {
        if (n >= name.length() || name.charAt(n) == '/') {
          return false;
        }
        n++;
        next = matchChunk(p, end, name, n);
      }
      if (next == MISMATCH) {
        return false;
      }
      n = next;
      p = end;
    }
    return n == name.length();
  }

  /** Where the part without a star that begins at {@code from} ends. */
  private int chunkEnd(int from) {
    boolean inBrackets = false;
    int i = from;
    for (; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '[') {
        inBrackets = true;
      } else if (c == ']') {
        inBrackets = false;
      } else if (c == STAR && !inBrackets) {
        break;
      }
    }
    return Math.min(i, pattern.length());
  }

  /** The index in {@code name} behind what the chunk matches at {@code from}. */
  private int matchChunk(int chunk, int end, String name, int from) {
    int n = from;
    for (int p = chunk; p < end; ) {
      if (n >= name.length()) {
        return MISMATCH;
      }
      int c = name.codePointAt(n);
      switch (pattern.charAt(p)) {
        case '[' -> {
          int close = CharacterSet.end(pattern, p);
          if (!CharacterSet.contains(pattern, p, close, c)) {
            return MISMATCH;
          }
          p = close;
        }
        case '?' -> {
          if (c == '/') {
            return MISMATCH;
          }
          p++;
        }
        default -> {
          int literal = pattern.charAt(p) == '\\' ? p + 1 : p;
          int wanted = pattern.codePointAt(literal);
          if (c != wanted) {
            return MISMATCH;
          }
          p = literal + Character.charCount(wanted);
        }
      }
      n += Character.charCount(c);
    }
    return n;
  }

  /**
   * Checks the syntax of a pattern.
   *
   * @throws IllegalArgumentException naming the fault
   */
  static void check(String pattern) {
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '\\' && ++i == pattern.length()) {
        throw new IllegalArgumentException("a backslash at the end escapes nothing");
      }
      if (c == '[') {
        i = CharacterSet.end(pattern, i) - 1;
      }
    }
  }

  @Override
  public String toString() {
    return pattern;
  }
}
