package dev.wadah.cli.template;

import dev.wadah.cli.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Cuts the inside of one action into tokens. */
final class Lexer {
  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private boolean spaced;

  private Lexer(String text) {
    this.text = text;
  }

  static List<Token> tokens(String action) throws TemplateException {
    Lexer lexer = new Lexer(action);
    while (lexer.next()) {
      // The tokens gather in the list.
    }
    lexer.add(Kind.END, "");
    return lexer.tokens;
  }

  private boolean next() throws TemplateException {
    int before = at;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    spaced = at > before || at == 0;
    if (at == text.length()) {
      return false;
    }
    char c = text.charAt(at);
    switch (c) {
      case '|' -> single(Kind.PIPE);
      case '(' -> single(Kind.OPEN);
      case ')' -> single(Kind.CLOSE);
      case ',' -> single(Kind.COMMA);
      case '=' -> single(Kind.ASSIGN);
      case '"' -> quoted();
      case '`' -> raw();
      case '\'' -> throw new TemplateException("character constants are not supported");
      default -> word(c);
    }
    return true;
  }

  private void word(char c) throws TemplateException {
    if (text.startsWith(":=", at)) {
      at += 2;
      add(Kind.DECLARE, ":=");
    } else if (c == '.') {
      at++;
      String name = name();
      add(name.isEmpty() ? Kind.DOT : Kind.FIELD, name.isEmpty() ? "." : name);
    } else if (c == '$') {
      at++;
      add(Kind.VARIABLE, "$" + name());
    } else if (Character.isDigit(c) || c == '-' || c == '+') {
      number();
    } else if (Character.isLetter(c) || c == '_') {
      add(Kind.NAME, name());
    } else {
      throw new TemplateException("unexpected \"%s\" in an action".formatted(c));
    }
  }

  private String name() {
    int from = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
      at++;
    }
    return text.substring(from, at);
  }

  private void number() throws TemplateException {
    int from = at++;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '.')) {
      at++;
    }
    String digits = text.substring(from, at);
    if (!digits.matches("[-+]?[0-9]+(\\.[0-9]+)?")) {
      throw new TemplateException("bad number \"%s\"".formatted(digits));
    }
    add(Kind.NUMBER, digits);
  }

  private void quoted() throws TemplateException {
    StringBuilder value = new StringBuilder();
    at++;
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      value.append(c == '\\' && at < text.length() ? escaped(text.charAt(at++)) : c);
    }
    closing('"');
    add(Kind.STRING, value.toString());
  }

  private static char escaped(char c) throws TemplateException {
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case '\\', '"', '\'' -> c;
      default -> throw new TemplateException("unknown escape \"\\%s\" in a string".formatted(c));
    };
  }

  private void raw() throws TemplateException {
    int end = text.indexOf('`', at + 1);
    int from = at + 1;
    at = end < 0 ? text.length() : end;
    String value = text.substring(Math.min(from, at), at);
    closing('`');
    add(Kind.STRING, value);
  }

  private void closing(char quote) throws TemplateException {
    if (at >= text.length()) {
      throw new TemplateException("a string is not closed with " + quote);
    }
    at++;
  }

  private void single(Kind kind) {
    add(kind, text.substring(at, at + 1));
    at++;
  }

  private void add(Kind kind, String value) {
    tokens.add(new Token(kind, value, spaced));
  }
}
