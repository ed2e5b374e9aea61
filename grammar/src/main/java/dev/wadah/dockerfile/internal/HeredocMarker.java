package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.expand.ExpansionException;
import dev.wadah.dockerfile.expand.ShellWord;
import dev.wadah.dockerfile.expand.WordExpander;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code <<WORD} on an instruction's line.
 *
 * @param name the delimiter without quotes
 * @param expand whether the delimiter was unquoted
 * @param stripTabs whether it was {@code <<-}
 * @param fd the file descriptor in front, 0 by default
 * @param range where it stands
 */
record HeredocMarker(String name, boolean expand, boolean stripTabs, int fd, Range range) {

  /**
   * All markers of a line, in order. A line that is malformed for the shell lexer, such as one with
   * a single apostrophe, has none: so it is in BuildKit.
   */
  static List<HeredocMarker> find(String line) {
    List<HeredocMarker> markers = new ArrayList<>();
    if (!line.contains("<<")) {
      return markers;
    }
    List<ShellWord> words;
    try {
      words = WordExpander.splitRaw(line);
    } catch (ExpansionException e) {
      return markers;
    }
    for (ShellWord word : words) {
      HeredocMarker marker = parse(word.text(), word.offset());
      if (marker != null) {
        markers.add(marker);
      }
    }
    return markers;
  }

  /** The marker that a word is, or null: digits, {@code <<}, perhaps a dash, one shell word. */
  static HeredocMarker parse(String word, int offset) {
    int i = 0;
    while (i < word.length() && word.charAt(i) >= '0' && word.charAt(i) <= '9') {
      i++;
    }
    if (!word.startsWith("<<", i)) {
      return null;
    }
    boolean dash = word.startsWith("-", i + 2);
    String rest = word.substring(i + (dash ? 3 : 2));
    if (rest.isEmpty() || rest.indexOf('<') >= 0) {
      return null;
    }
    try {
      List<ShellWord> unquoted = WordExpander.splitUnquoted(rest);
      if (unquoted.size() != 1) {
        return null;
      }
      String name = unquoted.get(0).text();
      boolean quoted = quotes(name) != quotes(rest);
      Range range = new Range(offset, offset + word.length());
      return new HeredocMarker(name, !quoted, dash, descriptor(word.substring(0, i)), range);
    } catch (ExpansionException e) {
      return null;
    }
  }

  private static int descriptor(String digits) {
    if (digits.isEmpty() || digits.length() > 9) {
      return 0;
    }
    return Integer.parseInt(digits);
  }

  private static int quotes(String text) {
    int n = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      n += c == '\'' || c == '"' ? 1 : 0;
    }
    return n;
  }
}
