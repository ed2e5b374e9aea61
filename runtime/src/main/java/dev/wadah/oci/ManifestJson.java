package dev.wadah.oci;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Manifests, indexes and descriptors as JSON, in the field order of image-spec's Go structs. */
final class ManifestJson {
  // Encoded once: manifests have a hundred descriptors and more.
  private static final SerializableString MEDIA_TYPE = new SerializedString("mediaType");
  private static final SerializableString DIGEST = new SerializedString("digest");
  private static final SerializableString SIZE = new SerializedString("size");

  private ManifestJson() {}

  static Manifest readManifest(JsonInput in) throws IOException {
    Fields fields = new Fields();
    fields.read(in);
    if (fields.config == null) {
      throw new IllegalArgumentException("it has no \"config\"");
    }
    return new Manifest(
        fields.mediaType.orElse(MediaTypes.OCI_MANIFEST),
        fields.config,
        fields.layers,
        fields.annotations,
        fields.subject,
        fields.artifactType);
  }

  static Index readIndex(JsonInput in) throws IOException {
    Fields fields = new Fields();
    fields.read(in);
    return new Index(
        fields.mediaType.orElse(MediaTypes.OCI_INDEX),
        fields.manifests,
        fields.annotations,
        fields.subject,
        fields.artifactType);
  }

  /** The media type that a document states, or that its fields betray. */
  static String readMediaType(JsonInput in) throws IOException {
    Fields fields = new Fields();
    fields.read(in);
    if (fields.mediaType.isPresent()) {
      return fields.mediaType.get();
    }
    if (fields.schemaVersion == 1) {
      return MediaTypes.DOCKER_SCHEMA_1 + "+json";
    }
    return fields.hasManifests ? MediaTypes.OCI_INDEX : MediaTypes.OCI_MANIFEST;
  }

  /** What manifests and indexes are made of. */
  private static final class Fields {
    private long schemaVersion;
    private Optional<String> mediaType = Optional.empty();
    private Descriptor config;
    private List<Descriptor> layers = List.of();
    private List<Descriptor> manifests = List.of();
    private boolean hasManifests;
    private Map<String, String> annotations = Map.of();
    private Optional<Descriptor> subject = Optional.empty();
    private Optional<String> artifactType = Optional.empty();

    void read(JsonInput in) throws IOException {
      if (!in.startsObject()) {
        throw in.wrong("an object");
      }
      for (String name = in.nextField(); name != null; name = in.nextField()) {
        switch (name) {
          case "schemaVersion" -> schemaVersion = in.number();
          case "mediaType" -> mediaType = in.optionalText();
          case "config" -> config = in.startsObject() ? readDescriptor(in) : null;
          case "layers" -> layers = readDescriptors(in);
          case "manifests" -> {
            manifests = readDescriptors(in);
            hasManifests = true;
          }
          case "annotations" -> annotations = in.textMap();
          case "subject" ->
              subject = in.startsObject() ? Optional.of(readDescriptor(in)) : Optional.empty();
          case "artifactType" -> artifactType = in.optionalText();
          default -> in.skip();
        }
      }
    }
  }

  private static List<Descriptor> readDescriptors(JsonInput in) throws IOException {
    List<Descriptor> descriptors = new ArrayList<>();
    if (in.startsArray()) {
      while (in.nextElement()) {
        if (!in.startsObject()) {
          throw in.wrong("an object");
        }
        descriptors.add(readDescriptor(in));
      }
    }
    return descriptors;
  }

  /** Reads the fields of a descriptor whose object has been entered. */
  static Descriptor readDescriptor(JsonInput in) throws IOException {
    DescriptorFields fields = new DescriptorFields();
    for (String name = in.nextField(); name != null; name = in.nextField()) {
      fields.read(name, in);
    }
    if (fields.digest == null) {
      throw new IllegalArgumentException("a descriptor has no \"digest\"");
    }
    if (fields.sizeBytes < 0) {
      throw new IllegalArgumentException(
          "the descriptor of %s has the size %d".formatted(fields.digest, fields.sizeBytes));
    }
    return new Descriptor(
        fields.mediaType,
        fields.digest,
        fields.sizeBytes,
        fields.platform,
        fields.annotations,
        fields.artifactType,
        fields.urls,
        fields.data);
  }

  /** What a descriptor is made of. */
  private static final class DescriptorFields {
    private String mediaType = "";
    private Digest digest;
    private long sizeBytes;
    private Optional<Platform> platform = Optional.empty();
    private Map<String, String> annotations = Map.of();
    private Optional<String> artifactType = Optional.empty();
    private List<String> urls = List.of();
    private Optional<String> data = Optional.empty();

    void read(String name, JsonInput in) throws IOException {
      switch (name) {
        case "mediaType" -> mediaType = in.text();
        case "digest" -> digest = Digest.parse(in.text());
        case "size" -> sizeBytes = in.number();
        case "platform" ->
            platform = in.startsObject() ? Optional.of(readPlatform(in)) : Optional.empty();
        case "annotations" -> annotations = in.textMap();
        case "artifactType" -> artifactType = in.optionalText();
        case "urls" -> urls = in.texts();
        case "data" -> data = in.optionalText();
        default -> in.skip();
      }
    }
  }

  /**
   * A platform as it stands there, since who writes the document again keeps its words; comparing
   * is what normalises. The fields of a config have the same names.
   */
  static Platform readPlatform(JsonInput in) throws IOException {
    String os = "";
    String architecture = "";
    Optional<String> variant = Optional.empty();
    Optional<String> osVersion = Optional.empty();
    List<String> osFeatures = List.of();
    for (String name = in.nextField(); name != null; name = in.nextField()) {
      switch (name) {
        case "os" -> os = in.text();
        case "architecture" -> architecture = in.text();
        case "variant" -> variant = in.optionalText();
        case "os.version" -> osVersion = in.optionalText();
        case "os.features" -> osFeatures = in.texts();
        default -> in.skip();
      }
    }
    return new Platform(os, architecture, variant, osVersion, osFeatures);
  }

  static void write(Manifest manifest, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("schemaVersion", 2);
    out.writeStringField("mediaType", manifest.mediaType());
    JsonOutput.textField(out, "artifactType", manifest.artifactType());
    out.writeFieldName("config");
    write(manifest.config(), out);
    writeAll(manifest.layers(), "layers", out);
    if (manifest.subject().isPresent()) {
      out.writeFieldName("subject");
      write(manifest.subject().get(), out);
    }
    JsonOutput.textMapField(out, "annotations", manifest.annotations());
    out.writeEndObject();
  }

  static void write(Index index, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("schemaVersion", 2);
    out.writeStringField("mediaType", index.mediaType());
    JsonOutput.textField(out, "artifactType", index.artifactType());
    writeAll(index.manifests(), "manifests", out);
    if (index.subject().isPresent()) {
      out.writeFieldName("subject");
      write(index.subject().get(), out);
    }
    JsonOutput.textMapField(out, "annotations", index.annotations());
    out.writeEndObject();
  }

  private static void writeAll(List<Descriptor> descriptors, String name, JsonGenerator out)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (Descriptor descriptor : descriptors) {
      write(descriptor, out);
    }
    out.writeEndArray();
  }

  static void write(Descriptor descriptor, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeFieldName(MEDIA_TYPE);
    out.writeString(descriptor.mediaType());
    out.writeFieldName(DIGEST);
    JsonOutput.plain(out, descriptor.digest().toString());
    out.writeFieldName(SIZE);
    out.writeNumber(descriptor.sizeBytes());
    JsonOutput.textsField(out, "urls", descriptor.urls());
    JsonOutput.textMapField(out, "annotations", descriptor.annotations());
    JsonOutput.textField(out, "data", descriptor.data());
    if (descriptor.platform().isPresent()) {
      Platform platform = descriptor.platform().get();
      out.writeObjectFieldStart("platform");
      out.writeStringField("architecture", platform.architecture());
      out.writeStringField("os", platform.os());
      JsonOutput.textField(out, "os.version", platform.osVersion());
      JsonOutput.textsField(out, "os.features", platform.osFeatures());
      JsonOutput.textField(out, "variant", platform.variant());
      out.writeEndObject();
    }
    JsonOutput.textField(out, "artifactType", descriptor.artifactType());
    out.writeEndObject();
  }
}
