package dev.wadah.oci;

import dev.wadah.oci.JsonTokens.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads values from a token stream as Go does: null is the zero value, unknown fields are skipped.
 * Each method stands on the value's first token and ends on its last.
 */
final class JsonInput {
  private final JsonTokens tokens;

  /** Steps onto the document's first token. */
  JsonInput(byte[] json) throws IOException {
    tokens = new JsonTokens(json);
    tokens.next();
  }

  /** Makes sure that the document ends here. */
  void end() throws IOException {
    tokens.next();
  }

  /**
   * Steps to the next field of the object that is being read, and onto its value.
   *
   * @return its name; null at the object's end
   */
  String nextField() throws IOException {
    return tokens.next() == Kind.OBJECT_END ? null : tokens.name();
  }

  /** Whether an object starts here; false for null. */
  boolean startsObject() throws IOException {
    return starts(Kind.OBJECT);
  }

  /** Steps to the next element of the array that is being read; false at its end. */
  boolean nextElement() throws IOException {
    return tokens.next() != Kind.ARRAY_END;
  }

  /** Whether an array starts here; false for null. */
  boolean startsArray() throws IOException {
    return starts(Kind.ARRAY);
  }

  private boolean starts(Kind wanted) throws IOException {
    if (tokens.kind() == Kind.NULL) {
      return false;
    }
    if (tokens.kind() != wanted) {
      throw wrong(wanted.words);
    }
    return true;
  }

  void skip() throws IOException {
    tokens.skipChildren();
  }

  String text() throws IOException {
    if (tokens.kind() == Kind.NULL) {
      return "";
    }
    if (tokens.kind() != Kind.TEXT) {
      throw wrong("a string");
    }
    return tokens.value();
  }

  /** A text; empty when it is null or has no characters, which Go's omitempty cannot tell apart. */
  Optional<String> optionalText() throws IOException {
    String text = text();
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  long number() throws IOException {
    if (tokens.kind() == Kind.NULL) {
      return 0;
    }
    if (tokens.kind() != Kind.WHOLE) {
      throw wrong("a whole number");
    }
    try {
      return Long.parseLong(tokens.value());
    } catch (NumberFormatException e) {
      throw tokens.fault("the number " + tokens.value() + " is out of range");
    }
  }

  boolean truth() throws IOException {
    return switch (tokens.kind()) {
      case TRUE -> true;
      case FALSE, NULL -> false;
      default -> throw wrong("true or false");
    };
  }

  List<String> texts() throws IOException {
    List<String> texts = new ArrayList<>();
    if (startsArray()) {
      while (nextElement()) {
        texts.add(text());
      }
    }
    return texts;
  }

  Optional<List<String>> optionalTexts() throws IOException {
    return tokens.kind() == Kind.NULL ? Optional.empty() : Optional.of(List.copyOf(texts()));
  }

  Map<String, String> textMap() throws IOException {
    Map<String, String> map = new LinkedHashMap<>();
    if (startsObject()) {
      for (String name = nextField(); name != null; name = nextField()) {
        map.put(name, text());
      }
    }
    return map;
  }

  /** The keys of an object whose values say nothing, such as {@code {"80/tcp":{}}}. */
  List<String> keys() throws IOException {
    List<String> keys = new ArrayList<>();
    if (startsObject()) {
      for (String name = nextField(); name != null; name = nextField()) {
        keys.add(name);
        skip();
      }
    }
    return keys;
  }

  /** The object that starts here, as maps, lists, strings, numbers and truth values. */
  Map<String, Object> values() throws IOException {
    Map<String, Object> map = new LinkedHashMap<>();
    for (String name = nextField(); name != null; name = nextField()) {
      map.put(name, value());
    }
    return map;
  }

  private Object value() throws IOException {
    return switch (tokens.kind()) {
      case OBJECT -> values();
      case ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (nextElement()) {
          list.add(value());
        }
        yield list;
      }
      case WHOLE -> number();
      case FRACTION -> Double.parseDouble(tokens.value());
      case TRUE, FALSE -> truth();
      case TEXT -> text();
      default -> throw wrong("a value");
    };
  }

  /** A fault at the current token. */
  IOException wrong(String wanted) {
    String field = tokens.name();
    return tokens.fault(
        "%s must be %s, not %s"
            .formatted(
                field == null ? "the document" : "\"" + field + "\"", wanted, tokens.kind().words));
  }
}
