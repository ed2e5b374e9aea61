package dev.wadah.cli;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Writes maps, lists, strings, numbers, booleans and null as JSON, in the order they come, without
 * escaping what need not be (docker writes {@code <} and {@code &} as they are).
 */
public final class JsonText {
  private final StringBuilder out = new StringBuilder();
  private final String indent;

  private JsonText(String indent) {
    this.indent = indent;
  }

  /** On one line, without blanks. */
  public static String compact(Object value) {
    JsonText text = new JsonText("");
    text.write(value, 0);
    return text.out.toString();
  }

  /** With a line for every value. */
  public static String pretty(Object value, String indent) {
    JsonText text = new JsonText(indent);
    text.write(value, 0);
    return text.out.toString();
  }

  private void write(Object value, int depth) {
    if (value instanceof Map<?, ?> map) {
      object(map, depth);
    } else if (value instanceof List<?> list) {
      array(list, depth);
    } else if (value == null || value instanceof Absent) {
      out.append("null");
    } else if (value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else {
      string(value.toString());
    }
  }

  private void object(Map<?, ?> map, int depth) {
    out.append('{');
    Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<?, ?> entry = entries.next();
      line(depth + 1);
      string(String.valueOf(entry.getKey()));
      out.append(indent.isEmpty() ? ":" : ": ");
      write(entry.getValue(), depth + 1);
      if (entries.hasNext()) {
        out.append(',');
      }
    }
    close(map.isEmpty(), depth, '}');
  }

  private void array(List<?> list, int depth) {
    out.append('[');
    for (int i = 0; i < list.size(); i++) {
      line(depth + 1);
      write(list.get(i), depth + 1);
      if (i < list.size() - 1) {
        out.append(',');
      }
    }
    close(list.isEmpty(), depth, ']');
  }

  private void close(boolean empty, int depth, char bracket) {
    if (!empty) {
      line(depth);
    }
    out.append(bracket);
  }

  private void line(int depth) {
    if (!indent.isEmpty()) {
      out.append('\n').append(indent.repeat(depth));
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || c == 0x7f || (Character.isSurrogate(c) && !isPaired(text, i))) {
            out.append("\\u").append(Character.forDigit(c >> 12, 16));
            out.append(Character.forDigit(c >> 8 & 15, 16));
            out.append(Character.forDigit(c >> 4 & 15, 16));
            out.append(Character.forDigit(c & 15, 16));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static boolean isPaired(String text, int at) {
    char c = text.charAt(at);
    return Character.isHighSurrogate(c)
        ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
  }
}
