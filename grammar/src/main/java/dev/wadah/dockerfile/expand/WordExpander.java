package dev.wadah.dockerfile.expand;

import dev.wadah.dockerfile.expand.ShellScanner.Quotes;
import dev.wadah.dockerfile.expand.ShellScanner.Unset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Expands words as Docker's shell lexer does. Immutable. */
public final class WordExpander {
  private final char escape;

  private WordExpander(char escape) {
    this.escape = escape;
  }

  /** An expander for files with this escape character: a backslash or a backtick. */
  public static WordExpander withEscape(char escape) {
    return new WordExpander(escape);
  }

  /**
   * The value of a word: variables replaced, quotes and escapes removed.
   *
   * @throws ExpansionException if the word is malformed or a {@code ${v:?message}} fires
   */
  public Expansion expand(String word, Map<String, String> environment) throws ExpansionException {
    return isPlain(word)
        ? new Expansion(word, Set.of(), Set.of())
        : value(word, environment, Quotes.REMOVE);
  }

  /** As {@link #expand}, but unquoted blanks of the result split it into several words (EXPOSE). */
  public List<String> expandToWords(String word, Map<String, String> environment)
      throws ExpansionException {
    List<String> words = new ArrayList<>();
    for (ShellWord w :
        new ShellScanner(word, escape, environment, Quotes.REMOVE, Unset.EMPTY).words()) {
      words.add(w.text());
    }
    return words;
  }

  /**
   * Expands the body of an unquoted COPY or ADD here-document: variables are replaced, a backslash
   * escapes whatever the file's escape character is, and quotes are ordinary characters.
   */
  public Expansion expandHeredoc(String body, Map<String, String> environment)
      throws ExpansionException {
    ShellScanner scanner = new ShellScanner(body, '\\', environment, Quotes.IGNORE, Unset.EMPTY);
    return new Expansion(scanner.value(), scanner.matched(), scanner.unmatched());
  }

  /**
   * Splits a text into words and changes nothing in them: quotes, escapes and variables stay. This
   * is how here-documents are looked for; the escape character is always the backslash there.
   *
   * @throws ExpansionException if a quote or brace is not closed, or a modifier is unknown
   */
  public static List<ShellWord> splitRaw(String text) throws ExpansionException {
    return new ShellScanner(text, '\\', Map.of(), Quotes.KEEP, Unset.KEEP).keepingEscapes().words();
  }

  /**
   * Splits a text into words with quotes and escapes removed and variables left as written: the
   * delimiter of a here-document.
   *
   * @throws ExpansionException as {@link #splitRaw}
   */
  public static List<ShellWord> splitUnquoted(String text) throws ExpansionException {
    return new ShellScanner(text, '\\', Map.of(), Quotes.REMOVE, Unset.KEEP).words();
  }

  private Expansion value(String word, Map<String, String> environment, Quotes quotes)
      throws ExpansionException {
    ShellScanner scanner = new ShellScanner(word, escape, environment, quotes, Unset.EMPTY);
    return new Expansion(scanner.value(), scanner.matched(), scanner.unmatched());
  }

  private boolean isPlain(String word) {
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c == '$' || c == '\'' || c == '"' || c == escape) {
        return false;
      }
    }
    return true;
  }

  /**
   * An expanded word.
   *
   * @param value the value
   * @param matched names of variables that were asked for and set
   * @param unmatched names of variables that were asked for and not set, for the build checks
   */
  public record Expansion(String value, Set<String> matched, Set<String> unmatched) {}
}
