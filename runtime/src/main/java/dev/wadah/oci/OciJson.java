package dev.wadah.oci;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;

/**
 * Reads and writes the documents as JSON. Output is canonical: equal values give equal bytes (field
 * order of the Go structs that Docker writes, no blanks). Unknown fields are skipped when reading.
 *
 * <p>Every {@code parse} method throws {@link IllegalArgumentException} that names the fault and,
 * where JSON itself is wrong, its line and column.
 */
public final class OciJson {
  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .characterEscapes(new JsonOutput.GoEscapes())
          .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
          .build();

  private OciJson() {}

  public static Manifest parseManifest(byte[] json) {
    return parse(json, "image manifest", ManifestJson::readManifest);
  }

  public static Index parseIndex(byte[] json) {
    return parse(json, "image index", ManifestJson::readIndex);
  }

  public static ImageConfig parseConfig(byte[] json) {
    return parse(json, "image config", ConfigJson::read);
  }

  /** The platform that a config states, in its own words: not normalised; linux if it has none. */
  public static Platform parseConfigPlatform(byte[] json) {
    return parse(json, "image config", OciJson::readPlatform);
  }

  /** A single descriptor. */
  public static Descriptor parseDescriptor(byte[] json) {
    return parse(json, "descriptor", OciJson::readDescriptor);
  }

  /**
   * The media type of a manifest or index: the one that it states; for one that states none, what
   * its fields betray.
   */
  public static String mediaTypeOf(byte[] json) {
    return parse(json, "manifest or index", ManifestJson::readMediaType);
  }

  public static byte[] write(Manifest manifest) {
    return write(out -> ManifestJson.write(manifest, out));
  }

  public static byte[] write(Index index) {
    return write(out -> ManifestJson.write(index, out));
  }

  /**
   * An index with a line for every value, as {@code docker manifest} and {@code buildx imagetools}
   * write theirs; Go's {@code json.MarshalIndent} gives the same bytes.
   *
   * @param indent of one level
   */
  public static byte[] writeIndented(Index index, String indent) {
    return write(
        out -> {
          out.setPrettyPrinter(JsonOutput.indented(indent));
          ManifestJson.write(index, out);
        });
  }

  public static byte[] write(ImageConfig config) {
    return write(out -> ConfigJson.write(config, out));
  }

  public static byte[] write(Descriptor descriptor) {
    return write(out -> ManifestJson.write(descriptor, out));
  }

  /** A container config as maps, lists, strings and numbers, with the fields that JSON has. */
  public static Map<String, Object> toValues(ContainerConfig config) {
    return toValues(write(out -> ContainerJson.write(config, out)));
  }

  /** A descriptor as maps, strings and numbers, with the fields that JSON has. */
  public static Map<String, Object> toValues(Descriptor descriptor) {
    return toValues(write(descriptor));
  }

  /** Any document that is an object, as maps, lists, strings, numbers, booleans and null. */
  public static Map<String, Object> toValues(byte[] json) {
    return parse(json, "document", JsonInput::values);
  }

  private static Descriptor readDescriptor(JsonInput in) throws IOException {
    if (!in.startsObject()) {
      throw in.wrong("an object");
    }
    return ManifestJson.readDescriptor(in);
  }

  private static Platform readPlatform(JsonInput in) throws IOException {
    if (!in.startsObject()) {
      throw in.wrong("an object");
    }
    Platform said = ManifestJson.readPlatform(in);
    return said.os().isEmpty() ? said.withOs("linux") : said;
  }

  private static <T> T parse(byte[] json, String what, Reader<T> reader) {
    try {
      JsonInput in = new JsonInput(json);
      T document = reader.read(in);
      in.end();
      return document;
    } catch (IllegalArgumentException | ArithmeticException | IOException e) {
      throw invalid(what, e.getMessage(), e);
    }
  }

  private static IllegalArgumentException invalid(String what, String fault, Exception cause) {
    return new IllegalArgumentException("this is no valid %s: %s".formatted(what, fault), cause);
  }

  private static byte[] write(Writer writer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator generator = FACTORY.createGenerator(bytes)) {
      writer.write(generator);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /** Reads one document. */
  @FunctionalInterface
  private interface Reader<T> {
    T read(JsonInput in) throws IOException;
  }

  /** Writes one document. */
  @FunctionalInterface
  private interface Writer {
    void write(JsonGenerator out) throws IOException;
  }
}
