package dev.wadah.dockerfile.expand;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A cursor over one text that removes quotes and escapes and replaces variables, as BuildKit's
 * shell lexer does (frontend/dockerfile/shell). One instance serves one text and one thread.
 */
final class ShellScanner {
  /** Deepest nesting of {@code ${a:-${b:-...}}}; more is refused. */
  static final int MAX_DEPTH = 250;

  /** Longest result in UTF-16 code units; more is refused, so that no chain of ENVs can explode. */
  static final int MAX_LENGTH = 4 << 20;

  private static final char END = '\uFFFF';

  /** What happens to quotation marks. */
  enum Quotes {
    /** They quote and vanish. */
    REMOVE,
    /** They quote and stay in the result. */
    KEEP,
    /** They are ordinary characters. */
    IGNORE
  }

  /** What happens to a variable that is not set. */
  enum Unset {
    /** It is empty. */
    EMPTY,
    /** It stays as written. */
    KEEP
  }

  private final String text;
  private final char escape;
  private final Map<String, String> environment;
  private final Quotes quotes;
  private final Unset unset;
  private boolean keepEscapes;
  private int position;
  private int depth;
  private Set<String> matched = Set.of();
  private Set<String> unmatched = Set.of();

  ShellScanner(
      String text, char escape, Map<String, String> environment, Quotes quotes, Unset unset) {
    this.text = text;
    this.escape = escape;
    this.environment = environment;
    this.quotes = quotes;
    this.unset = unset;
  }

  /** Leaves escape characters in the result, in front of what they escape. */
  ShellScanner keepingEscapes() {
    keepEscapes = true;
    return this;
  }

  Set<String> matched() {
    return matched;
  }

  Set<String> unmatched() {
    return unmatched;
  }

  /** The whole text as one value. */
  String value() throws ExpansionException {
    return until(END, null);
  }

  /** The whole text split at blanks that were neither quoted nor escaped; no word is empty. */
  List<ShellWord> words() throws ExpansionException {
    WordSplitter splitter = new WordSplitter();
    until(END, splitter);
    splitter.finish();
    return splitter.words();
  }

  private char peek() {
    return position < text.length() ? text.charAt(position) : END;
  }

  private boolean atEnd() {
    return position >= text.length();
  }

  /** Reads up to {@code stop} and past it; {@code END} stands for the end of the text. */
  private String until(char stop, WordSplitter splitter) throws ExpansionException {
    StringBuilder result = new StringBuilder();
    while (!atEnd()) {
      char c = peek();
      int start = position;
      if (stop != END && c == stop) {
        position++;
        return result.toString();
      }
      if (c == '$') {
        String value = dollar();
        append(result, value);
        if (splitter != null) {
          splitter.addAll(value, start);
        }
      } else if (quotes != Quotes.IGNORE && (c == '\'' || c == '"')) {
        String value = c == '"' ? doubleQuoted() : singleQuoted();
        append(result, value);
        if (splitter != null) {
          splitter.addQuoted(value, start);
        }
      } else {
        plain(result, splitter);
      }
    }
    if (stop != END) {
      throw error("missing closing '" + stop + "'", position);
    }
    return result.toString();
  }

  private void plain(StringBuilder result, WordSplitter splitter) throws ExpansionException {
    int start = position;
    char c = text.charAt(position++);
    if (c != escape) {
      append(result, c);
      if (splitter != null) {
        splitter.add(c, start);
      }
      return;
    }
    if (keepEscapes) {
      append(result, c);
      if (splitter != null) {
        splitter.addEscaped(c, start);
      }
    }
    if (!atEnd()) {
      char escaped = text.charAt(position++);
      append(result, escaped);
      if (splitter != null) {
        splitter.addEscaped(escaped, start);
      }
    }
  }

  private String singleQuoted() throws ExpansionException {
    int start = position;
    int end = text.indexOf('\'', start + 1);
    if (end < 0) {
      throw error("missing closing single-quote", start);
    }
    position = end + 1;
    return quotes == Quotes.KEEP ? text.substring(start, end + 1) : text.substring(start + 1, end);
  }

  private String doubleQuoted() throws ExpansionException {
    int start = position++;
    StringBuilder result = new StringBuilder();
    if (quotes == Quotes.KEEP) {
      result.append('"');
    }
    while (!atEnd()) {
      char c = peek();
      if (c == '"') {
        position++;
        return quotes == Quotes.KEEP ? result.append('"').toString() : result.toString();
      }
      if (c == '$') {
        append(result, dollar());
      } else {
        quotedCharacter(result);
      }
    }
    throw error("missing closing double-quote", start);
  }

  /** Within double quotes only a quote, a dollar and the escape character itself can be escaped. */
  private void quotedCharacter(StringBuilder result) throws ExpansionException {
    char c = text.charAt(position++);
    if (c == escape) {
      if (keepEscapes) {
        append(result, c);
      }
      if (atEnd()) {
        return;
      }
      char next = peek();
      if (next == '"' || next == '$' || next == escape) {
        c = next;
        position++;
      }
    }
    append(result, c);
  }

  private String dollar() throws ExpansionException {
    int start = position++;
    if (peek() != '{') {
      String name = name();
      if (name.isEmpty()) {
        return "$";
      }
      String value = lookUp(name);
      return value != null ? value : unset == Unset.KEEP ? "$" + name : "";
    }
    position++;
    if (++depth > MAX_DEPTH) {
      throw error("variables are nested more than " + MAX_DEPTH + " deep", start);
    }
    String value = braced(start);
    depth--;
    return value;
  }

  private String braced(int start) throws ExpansionException {
    if (atEnd()) {
      throw error("missing '}'", start);
    }
    char first = peek();
    if (first == '{' || first == '}' || first == ':') {
      throw error("bad substitution: no variable name after '${'", start);
    }
    String name = name();
    if (atEnd()) {
      throw error("missing '}'", start);
    }
    char operator = text.charAt(position++);
    return switch (operator) {
      case '}' -> {
        String value = lookUp(name);
        yield value != null ? value : unset == Unset.KEEP ? "${" + name + "}" : "";
      }
      case ':' -> {
        if (atEnd()) {
          throw error("missing '}'", start);
        }
        yield modified(name, text.charAt(position++), true, start);
      }
      case '+', '-', '?', '#', '%' -> modified(name, operator, false, start);
      case '/' -> replaced(name, start);
      default -> throw unsupported(Character.toString(operator), start);
    };
  }

  private String modified(String name, char operator, boolean emptyIsUnset, int start)
      throws ExpansionException {
    boolean pattern = operator == '#' || operator == '%';
    String word = nested('}', pattern, start);
    String value = lookUp(name);
    if (value == null && unset == Unset.KEEP) {
      return "${" + name + (emptyIsUnset ? ":" : "") + operator + word + "}";
    }
    boolean missing = value == null || (emptyIsUnset && value.isEmpty());
    return switch (operator) {
      case '-' -> missing ? word : value;
      case '+' -> missing ? "" : word;
      case '?' -> {
        if (missing) {
          throw new ExpansionException(name + ": " + reason(value, word), start);
        }
        yield value;
      }
      case '#', '%' ->
          PatternSubstitution.trimmed(value == null ? "" : value, operator, word, start);
      default -> throw unsupported((emptyIsUnset ? ":" : "") + operator, start);
    };
  }

  private static String reason(String value, String word) {
    if (!word.isEmpty()) {
      return word;
    }
    return value == null ? "is not allowed to be unset" : "is not allowed to be empty";
  }

  private String replaced(String name, int start) throws ExpansionException {
    boolean all = peek() == '/';
    if (all) {
      position++;
    }
    String pattern = nested('/', true, start);
    String replacement = nested('}', true, start);
    String value = lookUp(name);
    if (value == null && unset == Unset.KEEP) {
      return "${" + name + "/" + pattern + "/" + replacement + "}";
    }
    String source = value == null ? "" : value;
    ShellPattern compiled = PatternSubstitution.pattern(pattern, source, start);
    String result =
        all ? compiled.replaceAll(source, replacement) : compiled.replaceFirst(source, replacement);
    return checkLength(result, start);
  }

  private String nested(char stop, boolean keep, int start) throws ExpansionException {
    boolean before = keepEscapes;
    keepEscapes = keep;
    try {
      return until(stop, null);
    } catch (ExpansionException e) {
      if (atEnd() && e.offset() >= text.length()) {
        throw error(stop == '/' ? "missing '/' in '${" : "missing '}'", start);
      }
      throw e;
    } finally {
      keepEscapes = before;
    }
  }

  /** A name, a number, or one special parameter; empty where none begins here. */
  private String name() {
    int start = position;
    char first = peek();
    if (atEnd()) {
      return "";
    }
    if (Character.isDigit(first)) {
      while (!atEnd() && Character.isDigit(peek())) {
        position++;
      }
    } else if (isSpecial(first)) {
      position++;
    } else {
      while (!atEnd() && isNamePart(text.codePointAt(position))) {
        position += Character.charCount(text.codePointAt(position));
      }
    }
    return text.substring(start, position);
  }

  private static boolean isNamePart(int c) {
    return c == '_' || Character.isLetter(c) || Character.isDigit(c);
  }

  private static boolean isSpecial(char c) {
    return c == '@' || c == '*' || c == '#' || c == '?' || c == '-' || c == '$' || c == '!';
  }

  private String lookUp(String name) {
    String value = environment.get(name);
    if (value == null) {
      unmatched = with(unmatched, name);
    } else {
      matched = with(matched, name);
    }
    return value;
  }

  private static Set<String> with(Set<String> names, String name) {
    Set<String> result = names.isEmpty() ? new LinkedHashSet<>() : names;
    result.add(name);
    return result;
  }

  private void append(StringBuilder result, char c) throws ExpansionException {
    if (result.length() >= MAX_LENGTH) {
      throw tooLong();
    }
    result.append(c);
  }

  private void append(StringBuilder result, String value) throws ExpansionException {
    if (result.length() + value.length() > MAX_LENGTH) {
      throw tooLong();
    }
    result.append(value);
  }

  private String checkLength(String value, int start) throws ExpansionException {
    if (value.length() > MAX_LENGTH) {
      throw new ExpansionException(tooLong().getMessage(), start);
    }
    return value;
  }

  private ExpansionException tooLong() {
    return new ExpansionException(
        "the value is longer than " + MAX_LENGTH + " characters", position);
  }

  private static ExpansionException unsupported(String modifier, int start) {
    return new ExpansionException("unsupported modifier (" + modifier + ") in substitution", start);
  }

  private static ExpansionException error(String message, int offset) {
    return new ExpansionException(message, offset);
  }
}
