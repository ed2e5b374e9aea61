package dev.wadah.dockerfile.expand;

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
    throw new IllegalStateException("pending " + escape);
  }

  /** As {@link #expand}, but unquoted blanks of the result split it into several words (EXPOSE). */
  public List<String> expandToWords(String word, Map<String, String> environment)
      throws ExpansionException {
    throw new IllegalStateException("pending");
  }

  /**
   * Expands the body of an unquoted COPY or ADD here-document, which has quoting rules of its own.
   */
  public Expansion expandHeredoc(String body, Map<String, String> environment)
      throws ExpansionException {
    throw new IllegalStateException("pending");
  }

  /**
   * An expanded word.
   *
   * @param value the value
   * @param unmatched names of variables that were asked for and not set, for the build checks
   */
  public record Expansion(String value, Set<String> unmatched) {}
}
