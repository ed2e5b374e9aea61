package dev.wadah.oci;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Writes fields as Go's encoding/json does: empty ones left out, the keys of maps sorted. */
final class JsonOutput {
  private JsonOutput() {}

  /** Lines as Go's {@code json.MarshalIndent} makes them. */
  static PrettyPrinter indented(String indent) {
    DefaultIndenter lines = new DefaultIndenter(indent, "\n");
    Separators separators =
        Separators.createDefaultInstance()
            .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
            .withArrayEmptySeparator("")
            .withObjectEmptySeparator("");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter(separators);
    printer.indentArraysWith(lines);
    printer.indentObjectsWith(lines);
    return printer;
  }

  /**
   * Writes a text of Latin letters that needs no escapes, such as a digest: the generator would
   * look at each character, with an interpreter that calls several methods for it.
   */
  static void plain(JsonGenerator out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    out.writeRawUTF8String(bytes, 0, bytes.length);
  }

  static void textField(JsonGenerator out, String name, String text) throws IOException {
    if (!text.isEmpty()) {
      out.writeStringField(name, text);
    }
  }

  static void textField(JsonGenerator out, SerializableString name, String text)
      throws IOException {
    if (!text.isEmpty()) {
      out.writeFieldName(name);
      out.writeString(text);
    }
  }

  static void textField(JsonGenerator out, String name, Optional<String> text) throws IOException {
    textField(out, name, text.orElse(""));
  }

  static void textsField(JsonGenerator out, String name, Collection<String> texts)
      throws IOException {
    if (!texts.isEmpty()) {
      out.writeArrayFieldStart(name);
      for (String text : texts) {
        out.writeString(text);
      }
      out.writeEndArray();
    }
  }

  static void textMapField(JsonGenerator out, String name, Map<String, String> map)
      throws IOException {
    if (!map.isEmpty()) {
      out.writeObjectFieldStart(name);
      for (Map.Entry<String, String> entry : new TreeMap<>(map).entrySet()) {
        out.writeStringField(entry.getKey(), entry.getValue());
      }
      out.writeEndObject();
    }
  }

  /** Writes a Go {@code map[string]struct{}}. */
  static void keysField(JsonGenerator out, String name, Collection<String> keys)
      throws IOException {
    if (!keys.isEmpty()) {
      out.writeObjectFieldStart(name);
      for (String key : keys) {
        out.writeObjectFieldStart(key);
        out.writeEndObject();
      }
      out.writeEndObject();
    }
  }

  /** Go writes {@code < > &} and the line separators of JavaScript as escapes. */
  static final class GoEscapes extends CharacterEscapes {
    private static final long serialVersionUID = 1L;
    private static final SerializableString LINE_SEPARATOR = new SerializedString("\\u2028");
    private static final SerializableString PARAGRAPH_SEPARATOR = new SerializedString("\\u2029");

    private final int[] ascii = standardAsciiEscapesForJSON();

    GoEscapes() {
      ascii['<'] = ESCAPE_STANDARD;
      ascii['>'] = ESCAPE_STANDARD;
      ascii['&'] = ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return ascii.clone();
    }

    @Override
    public SerializableString getEscapeSequence(int character) {
      return switch (character) {
        case 0x2028 -> LINE_SEPARATOR;
        case 0x2029 -> PARAGRAPH_SEPARATOR;
        default -> null;
      };
    }
  }
}
