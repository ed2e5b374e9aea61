package dev.wadah.oci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Splits a JSON document (RFC 8259) into tokens, with the depth of nesting limited. Bytes that are
 * no UTF-8 are read as U+FFFD, as Go does.
 *
 * <p>Not Jackson's parser: its initialisation takes 16 ms, most of it for powers of ten that no
 * image has, and every build reads images.
 */
final class JsonTokens {
  /** How deep objects and arrays may be nested. */
  static final int MAX_DEPTH = 1000;

  private final String text;

  /** Whether there is no character below the blank, as in all that is not laid out for people. */
  private final boolean dense;

  /** Where the next backslash is, as far as somebody has looked; at the end when there is none. */
  private int backslash = -1;

  private int at;
  private int start;
  private Kind kind = Kind.END;
  private String value = "";
  private String[] names = new String[16];
  private boolean[] objects = new boolean[16];
  private int depth;

  /** Whether a value may stand here without a comma before it. */
  private boolean fresh = true;

  JsonTokens(byte[] json) {
    text = new String(json, StandardCharsets.UTF_8);
    dense = isDense(json);
  }

  private static boolean isDense(byte[] json) {
    for (byte b : json) {
      if (b >= 0 && b < ' ') {
        return false;
      }
    }
    return true;
  }

  /** What a token is, in the words of messages. */
  enum Kind {
    OBJECT("an object"),
    OBJECT_END("the end of an object"),
    ARRAY("an array"),
    ARRAY_END("the end of an array"),
    TEXT("a string"),
    WHOLE("a number"),
    FRACTION("a number"),
    TRUE("a truth value"),
    FALSE("a truth value"),
    NULL("null"),
    END("nothing");

    final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  /** The token that {@link #next} has read last. */
  Kind kind() {
    return kind;
  }

  /** The characters of a text without quotes and escapes, or of a number. */
  String value() {
    return value;
  }

  /** The field whose value, or whose array's element, the token is; null for the document. */
  String name() {
    return names[depth];
  }

  /** Reads the next token; a field's name is read with its value. {@link Kind#END} at the end. */
  Kind next() throws IOException {
    skipBlanks();
    start = at;
    if (depth == 0 && !fresh) {
      if (at < text.length()) {
        throw fault("something follows its end");
      }
      kind = Kind.END;
      return kind;
    }
    boolean inObject = depth > 0 && objects[depth];
    if (depth > 0 && at < text.length() && text.charAt(at) == (inObject ? '}' : ']')) {
      at++;
      depth--;
      kind = inObject ? Kind.OBJECT_END : Kind.ARRAY_END;
    } else {
      if (!fresh) {
        expect(',');
      }
      if (inObject) {
        expectQuote();
        names[depth] = string();
        expect(':');
      }
      kind = token();
    }
    fresh = kind == Kind.OBJECT || kind == Kind.ARRAY;
    return kind;
  }

  /** Skips what an object or array that starts here holds, up to its end; else does nothing. */
  void skipChildren() throws IOException {
    if (kind == Kind.OBJECT || kind == Kind.ARRAY) {
      int outside = depth - 1;
      while (depth > outside) {
        next();
      }
    }
  }

  private Kind token() throws IOException {
    skipBlanks();
    start = at;
    char c = peek();
    return switch (c) {
      case '{' -> open(Kind.OBJECT);
      case '[' -> open(Kind.ARRAY);
      case '"' -> {
        value = string();
        yield Kind.TEXT;
      }
      case 't' -> word("true", Kind.TRUE);
      case 'f' -> word("false", Kind.FALSE);
      case 'n' -> word("null", Kind.NULL);
      default -> {
        if (c != '-' && !isDigit(c)) {
          throw unexpected();
        }
        yield number();
      }
    };
  }

  private Kind open(Kind what) throws IOException {
    if (depth == MAX_DEPTH) {
      throw fault("it is nested more than " + MAX_DEPTH + " deep");
    }
    String name = names[depth];
    at++;
    depth++;
    if (depth == names.length) {
      names = java.util.Arrays.copyOf(names, 2 * depth);
      objects = java.util.Arrays.copyOf(objects, 2 * depth);
    }
    names[depth] = name;
    objects[depth] = what == Kind.OBJECT;
    return what;
  }

  private Kind word(String word, Kind what) throws IOException {
    if (!text.startsWith(word, at)) {
      throw fault("unexpected character '%c'".formatted(text.charAt(at)));
    }
    at += word.length();
    return what;
  }

  private Kind number() throws IOException {
    if (text.charAt(at) == '-') {
      at++;
    }
    boolean zero = at < text.length() && text.charAt(at) == '0';
    if (digits() > 1 && zero) {
      throw fault("a number starts with 0");
    }
    Kind what = Kind.WHOLE;
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      digits();
      what = Kind.FRACTION;
    }
    if (at < text.length() && (text.charAt(at) | 0x20) == 'e') {
      at++;
      if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
        at++;
      }
      digits();
      what = Kind.FRACTION;
    }
    value = text.substring(start, at);
    return what;
  }

  /** Steps over digits, at least one; returns how many. */
  private int digits() throws IOException {
    int first = at;
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
    if (at == first) {
      throw unexpected();
    }
    return at - first;
  }

  /** Reads from the opening quote past the closing one. */
  private String string() throws IOException {
    int from = ++at;
    int end = dense ? text.indexOf('"', from) : -1;
    if (end >= 0 && end < nextBackslash()) {
      at = end + 1;
      return text.substring(from, end);
    }
    StringBuilder plain = null;
    for (char c = peek(); c != '"'; c = peek()) {
      if (c < 0x20) {
        throw fault("a string has a control character in it");
      }
      if (c == '\\') {
        plain = plain == null ? new StringBuilder() : plain;
        plain.append(text, from, at);
        at++;
        plain.append(escaped());
        from = at;
      } else {
        at++;
      }
    }
    String last = text.substring(from, at);
    at++;
    return plain == null ? last : plain.append(last).toString();
  }

  private int nextBackslash() {
    if (backslash < at) {
      backslash = text.indexOf('\\', at);
      backslash = backslash < 0 ? text.length() : backslash;
    }
    return backslash;
  }

  private char escaped() throws IOException {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int unit = 0;
        for (int i = 0; i < 4; i++, at++) {
          int digit = Character.digit(peek(), 16);
          if (digit < 0) {
            throw unexpected();
          }
          unit = unit << 4 | digit;
        }
        yield (char) unit;
      }
      default -> {
        at--;
        throw unexpected();
      }
    };
  }

  private void expect(char wanted) throws IOException {
    skipBlanks();
    if (peek() != wanted) {
      throw unexpected();
    }
    at++;
  }

  private void expectQuote() throws IOException {
    skipBlanks();
    if (peek() != '"') {
      throw unexpected();
    }
  }

  private char peek() throws IOException {
    if (at == text.length()) {
      throw unexpected();
    }
    return text.charAt(at);
  }

  private void skipBlanks() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return;
      }
      at++;
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private IOException unexpected() {
    start = at;
    return fault(
        at == text.length()
            ? "it ends in the middle"
            : "unexpected character '%c'".formatted(text.charAt(at)));
  }

  /** A fault of the last token, with its line and column, both 1-based. */
  IOException fault(String message) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < start; i++) {
      column++;
      if (text.charAt(i) == '\n') {
        line++;
        column = 1;
      }
    }
    return new IOException("%s (line %d, column %d)".formatted(message, line, column));
  }
}
