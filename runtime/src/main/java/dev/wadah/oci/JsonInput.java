package dev.wadah.oci;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads values from a Jackson token stream as Go does: null is the zero value, unknown fields are
 * skipped. Each method stands on the value's first token and ends on its last.
 */
final class JsonInput {
  private final JsonParser parser;

  JsonInput(JsonParser parser) {
    this.parser = parser;
  }

  /**
   * Steps to the next field of the object that the parser is in, and onto its value.
   *
   * @return its name; null at the object's end
   */
  String nextField() throws IOException {
    JsonToken token = parser.nextToken();
    if (token == JsonToken.END_OBJECT) {
      return null;
    }
    String name = parser.currentName();
    parser.nextToken();
    return name;
  }

  /** Whether an object starts here; false for null. */
  boolean startsObject() throws IOException {
    return starts(JsonToken.START_OBJECT, "an object");
  }

  /** Steps to the next element of the array that the parser is in; false at its end. */
  boolean nextElement() throws IOException {
    return parser.nextToken() != JsonToken.END_ARRAY;
  }

  /** Whether an array starts here; false for null. */
  boolean startsArray() throws IOException {
    return starts(JsonToken.START_ARRAY, "an array");
  }

  private boolean starts(JsonToken wanted, String what) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return false;
    }
    if (parser.currentToken() != wanted) {
      throw wrong(what);
    }
    return true;
  }

  void skip() throws IOException {
    parser.skipChildren();
  }

  String text() throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return "";
    }
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong("a string");
    }
    return parser.getText();
  }

  /** A text; empty when it is null or has no characters, which Go's omitempty cannot tell apart. */
  Optional<String> optionalText() throws IOException {
    String text = text();
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  long number() throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return 0;
    }
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw wrong("a whole number");
    }
    return parser.getLongValue();
  }

  boolean truth() throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE, VALUE_NULL -> false;
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
    return parser.currentToken() == JsonToken.VALUE_NULL
        ? Optional.empty()
        : Optional.of(List.copyOf(texts()));
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
    return switch (parser.currentToken()) {
      case START_OBJECT -> values();
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (nextElement()) {
          list.add(value());
        }
        yield list;
      }
      case VALUE_NUMBER_INT -> number();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE, VALUE_FALSE -> truth();
      case VALUE_STRING -> text();
      default -> throw wrong("a value");
    };
  }

  /** A fault at the current token. */
  IOException wrong(String wanted) throws IOException {
    String field = parser.currentName();
    return new JsonParseException(
        parser,
        "%s must be %s, not %s"
            .formatted(
                field == null ? "the document" : "\"" + field + "\"",
                wanted,
                parser.currentToken() == null ? "nothing" : kind(parser.currentToken())),
        parser.currentTokenLocation());
  }

  private static String kind(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a truth value";
      default -> token.asString();
    };
  }
}
