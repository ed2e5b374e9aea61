package dev.wadah.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTokensTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        " true ",
        "\"\"",
        "{}",
        "[]",
        "[[],{},[{}]]",
        "{\"a\":1,\"b\":[1,2,{\"c\":null}],\"d\":{\"e\":false},\"f\":\"g\"}",
        "\t{\r\n \"a\" :\t[ 1 , 2 ] }\n",
        "[0,-0,1,-1,10,9223372036854775807,0.5,-1.25,1e3,1E+3,2.5e-3]",
        "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"\\u0041\\u00e9\\ud83d\\ude00\",\"a\\u0020b\\n\"]",
        "{\"\":{\"\\n\":\"é 😀\"}}",
        "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]",
        "{\"a\":1,\"a\":2}",
      })
  void readsWhatJacksonReads(String json) throws IOException {
    assertThat(tokens(json)).isEqualTo(jackson(json));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "}",
        "]",
        "{]",
        "[}",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\" 1}",
        "{1:2}",
        "{a:1}",
        "{\"a\":1,}",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1,,2]",
        "{\"a\":1 \"b\":2}",
        "\"",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"a\nb\"",
        "\"a\u0001\"",
        "tru",
        "TRUE",
        "nul",
        "01",
        "-",
        "-a",
        "+1",
        ".5",
        "1.",
        "1.e2",
        "1e",
        "1e+",
        "NaN",
        "'a'",
        "// x\n1",
      })
  void refusesWhatJacksonRefuses(String json) {
    assertThatThrownBy(() -> jackson(json)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> tokens(json)).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{a}           | unexpected character 'a' (line 1, column 2)",
        "{\"a\":[1,2   | it ends in the middle (line 1, column 10)",
        "[~  01]       | a number starts with 0 (line 2, column 3)",
        "{\"a\": tru}  | unexpected character 't' (line 1, column 7)",
        "[1]~  x       | something follows its end (line 2, column 3)",
      })
  void saysWhereTheFaultIs(String json, String message) {
    assertThatThrownBy(() -> tokens(json.replace('~', '\n'))).hasMessage(message);
  }

  @Test
  void namesTheFieldOfAnArraysElements() throws IOException {
    JsonTokens tokens = new JsonTokens("{\"a\":[[1]],\"b\":2}".getBytes(StandardCharsets.UTF_8));
    while (tokens.next() != JsonTokens.Kind.WHOLE) {
      assertThat(tokens.kind()).isNotEqualTo(JsonTokens.Kind.END);
    }
    assertThat(tokens.name()).isEqualTo("a");
  }

  @Test
  void skipsWhatAnObjectHolds() throws IOException {
    JsonTokens tokens =
        new JsonTokens("{\"a\":{\"b\":[{},{}]},\"c\":2}".getBytes(StandardCharsets.UTF_8));
    tokens.next();
    tokens.next();
    tokens.skipChildren();
    assertThat(tokens.next()).isEqualTo(JsonTokens.Kind.WHOLE);
    assertThat(tokens.name()).isEqualTo("c");
  }

  @Test
  void refusesToNestDeeperThanTheLimit() throws IOException {
    int limit = JsonTokens.MAX_DEPTH;
    assertThat(tokens("[".repeat(limit) + "]".repeat(limit))).hasSize(2 * limit);
    assertThatThrownBy(() -> tokens("[".repeat(limit + 1)))
        .hasMessageContaining("nested more than 1000 deep");
  }

  /** The tokens as Jackson would name them, with names and values. */
  private static List<String> tokens(String json) throws IOException {
    JsonTokens tokens = new JsonTokens(json.getBytes(StandardCharsets.UTF_8));
    List<String> all = new ArrayList<>();
    for (JsonTokens.Kind k = tokens.next(); k != JsonTokens.Kind.END; k = tokens.next()) {
      switch (k) {
        case OBJECT -> all.add("START_OBJECT");
        case OBJECT_END -> all.add("END_OBJECT");
        case ARRAY -> all.add("START_ARRAY");
        case ARRAY_END -> all.add("END_ARRAY");
        case TEXT -> all.add("VALUE_STRING " + tokens.value());
        case WHOLE -> all.add("VALUE_NUMBER_INT " + tokens.value());
        case FRACTION -> all.add("VALUE_NUMBER_FLOAT " + tokens.value());
        default -> all.add("VALUE_" + k);
      }
    }
    return all;
  }

  private static List<String> jackson(String json) throws IOException {
    List<String> all = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      for (JsonToken t = parser.nextToken(); t != null; t = parser.nextToken()) {
        if (t != JsonToken.FIELD_NAME) {
          boolean valued = t == JsonToken.VALUE_STRING || t.isNumeric();
          all.add(valued ? t + " " + parser.getText() : t.toString());
        }
      }
    }
    if (all.isEmpty()) {
      throw new IOException("an empty document");
    }
    return all;
  }
}
