package dev.wadah.cli.template;

/**
 * A piece of an action.
 *
 * @param kind what it is
 * @param text of a name, variable, field (without the dot) or operator; the value of a string or
 *     number
 * @param spaced whether blanks stand before it; {@code .A .B} are two operands, {@code .A.B} is one
 */
record Token(Kind kind, String text, boolean spaced) {
  enum Kind {
    NAME,
    VARIABLE,
    FIELD,
    DOT,
    STRING,
    NUMBER,
    PIPE,
    OPEN,
    CLOSE,
    DECLARE,
    ASSIGN,
    COMMA,
    END
  }

  boolean is(Kind wanted) {
    return kind == wanted;
  }

  @Override
  public String toString() {
    return kind == Kind.END ? "the end of the action" : "\"" + text + "\"";
  }
}
