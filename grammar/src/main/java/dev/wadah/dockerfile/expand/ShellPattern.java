package dev.wadah.dockerfile.expand;

import java.util.Arrays;

/**
 * A pattern of {@code ${v#p}}, {@code ${v%p}} and {@code ${v/p/r}}: {@code *} is any text within a
 * line, {@code ?} any one character but a line feed, the rest is literal. Matching takes time and
 * memory in proportion to pattern times text and never backtracks, so no pattern can hang a build.
 */
final class ShellPattern {
  private static final char ANY = 1;
  private static final char STAR = 2;
  private static final char LITERAL = 0;
  private static final int NONE = -1;

  private final char[] kinds;
  private final char[] characters;
  private final int length;

  private ShellPattern(char[] kinds, char[] characters, int length) {
    this.kinds = kinds;
    this.characters = characters;
    this.length = length;
  }

  /**
   * Reads a pattern in which a backslash may stand before {@code * ? \ } and before a closing brace
   * or slash, which needed it to get here.
   *
   * @throws IllegalArgumentException for any other escape, with a message for the user
   */
  static ShellPattern parse(String pattern) {
    char[] kinds = new char[pattern.length()];
    char[] characters = new char[pattern.length()];
    int n = 0;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '\\') {
        c = escaped(pattern, ++i);
      } else if (c == '*') {
        kinds[n] = STAR;
      } else if (c == '?') {
        kinds[n] = ANY;
      }
      characters[n++] = c;
    }
    return new ShellPattern(kinds, characters, n);
  }

  private static char escaped(String pattern, int at) {
    if (at == pattern.length()) {
      throw new IllegalArgumentException("nothing follows the escape character");
    }
    char c = pattern.charAt(at);
    if (c != '*' && c != '?' && c != '\\' && c != '}' && c != '/') {
      throw new IllegalArgumentException("invalid escape '\\" + c + "'");
    }
    return c;
  }

  String removePrefix(String value, boolean longest) {
    int end = ends(value, longest)[0];
    return end == NONE ? value : value.substring(end);
  }

  String removeSuffix(String value, boolean longest) {
    String reversed = new StringBuilder(value).reverse().toString();
    int end = reversed().ends(reversed, longest)[0];
    return end == NONE ? value : value.substring(0, value.length() - end);
  }

  String replaceFirst(String value, String replacement) {
    int[] ends = ends(value, true);
    for (int i = 0; i <= value.length(); i++) {
      if (ends[i] != NONE) {
        return value.substring(0, i) + replacement + value.substring(ends[i]);
      }
    }
    return value;
  }

  /**
   * Replaces every match, leftmost and longest first. An empty match right behind another match
   * does not count, and {@code $} in the replacement is a template, both as in Go's regexp package.
   */
  String replaceAll(String value, String replacement) {
    int[] ends = ends(value, true);
    StringBuilder result = new StringBuilder();
    int copied = 0;
    int i = 0;
    while (i <= value.length()) {
      int end = ends[i];
      if (end == NONE) {
        i++;
        continue;
      }
      result.append(value, copied, i);
      if (end > copied || i == 0) {
        ReplacementTemplate.append(result, replacement, value, i, end);
      }
      copied = end;
      i = end > i ? end : i + width(value, i);
      if (result.length() > ShellScanner.MAX_LENGTH) {
        break;
      }
    }
    return result.append(value, Math.min(copied, value.length()), value.length()).toString();
  }

  private ShellPattern reversed() {
    char[] k = new char[length];
    char[] c = new char[length];
    for (int i = 0; i < length; i++) {
      k[i] = kinds[length - 1 - i];
      c[i] = characters[length - 1 - i];
    }
    return new ShellPattern(k, c, length);
  }

  /** One character may be two code units. */
  private static int width(String value, int at) {
    return at < value.length() ? Character.charCount(value.codePointAt(at)) : 1;
  }

  /** For every offset where a match of the whole pattern may begin: its end, or NONE. */
  private int[] ends(String value, boolean longest) {
    int n = value.length();
    int[] ends = new int[n + 1];
    for (int i = 0; i <= n; i++) {
      ends[i] = i;
    }
    for (int p = length - 1; p >= 0; p--) {
      ends = kinds[p] == STAR ? star(value, ends, longest) : single(value, ends, p);
    }
    return ends;
  }

  private int[] single(String value, int[] next, int p) {
    int n = value.length();
    int[] ends = new int[n + 1];
    Arrays.fill(ends, NONE);
    for (int i = 0; i < n; i++) {
      char c = value.charAt(i);
      if (kinds[p] == LITERAL) {
        ends[i] = c == characters[p] ? next[i + 1] : NONE;
      } else if (c != '\n') {
        ends[i] = next[i + width(value, i)];
      }
    }
    return ends;
  }

  private static int[] star(String value, int[] next, boolean longest) {
    int n = value.length();
    int[] ends = new int[n + 1];
    int best = NONE;
    for (int i = n; i >= 0; i--) {
      if (i < n && value.charAt(i) == '\n') {
        best = NONE;
      }
      int here = next[i];
      if (here != NONE && (best == NONE || (longest ? here > best : here < best))) {
        best = here;
      }
      ends[i] = best;
    }
    return ends;
  }
}
