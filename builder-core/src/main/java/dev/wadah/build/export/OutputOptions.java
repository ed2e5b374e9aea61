package dev.wadah.build.export;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.NamingRequest;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.files.Spelling;
import dev.wadah.oci.ImageReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The attributes of one output, understood.
 *
 * @param names to write it under
 * @param media how images are written
 * @param annotations of all levels
 * @param push where an image goes besides the store
 * @param attributes as given, for what only one type knows
 */
record OutputOptions(
    List<ImageReference> names,
    Media media,
    Annotations annotations,
    Push push,
    Map<String, String> attributes) {

  /** Attributes that are understood; the last few are accepted, and mean nothing here. */
  private static final List<String> KNOWN =
      List.of(
          "name",
          "push",
          "push-by-digest",
          "registry.insecure",
          "oci-mediatypes",
          "oci-artifact",
          "compression",
          "compression-level",
          "force-compression",
          "tar",
          "mode",
          "platform-split",
          "store",
          "unpack",
          "name-canonical",
          "dangling-name-prefix",
          "buildinfo",
          "rewrite-timestamp");

  /** Where an image goes besides the store. */
  enum Push {
    NO,
    BY_NAME,
    BY_DIGEST
  }

  /** Media types of documents. */
  enum Format {
    OCI,
    DOCKER
  }

  /** Whether layers that are compressed otherwise are compressed again. */
  enum Force {
    NO,
    YES
  }

  /**
   * How images are written.
   *
   * @param compression of layers; empty: as they are
   * @param level of the compression
   */
  record Media(Format format, Optional<Compression> compression, int level, Force force) {}

  /**
   * Understands the attributes of an output.
   *
   * @throws BuildException naming the attribute that is not understood
   */
  static OutputOptions of(OutputRequest output, NamingRequest naming) throws BuildException {
    Map<String, String> attributes = new TreeMap<>(output.attributes());
    for (String attribute : attributes.keySet()) {
      if (!KNOWN.contains(attribute) && !Annotations.isAnnotation(attribute)) {
        throw OutputFaults.fault(
            "--output has no attribute \"%s\"".formatted(attribute),
            "known are " + String.join(", ", KNOWN),
            Spelling.nearest(attribute, KNOWN)
                .map("did you mean \"%s\"?"::formatted)
                .orElse("leave it out"));
      }
    }
    boolean pushed = output.type().equals("registry") || flag(attributes, "push");
    boolean byDigest = flag(attributes, "push-by-digest");
    Push push = !pushed ? Push.NO : byDigest ? Push.BY_DIGEST : Push.BY_NAME;
    List<ImageReference> names = names(naming.tags(), attributes.getOrDefault("name", ""));
    if (push != Push.NO && names.isEmpty()) {
      throw OutputFaults.fault(
          "an image without a name cannot be pushed",
          "the name says which registry and repository it goes to",
          "name it with -t, or with name=… in --output");
    }
    return new OutputOptions(
        names,
        media(attributes, push),
        Annotations.of(naming.annotations(), attributes),
        push,
        attributes);
  }

  private static List<ImageReference> names(List<String> tags, String attribute)
      throws BuildException {
    List<String> texts = new ArrayList<>(attribute.isEmpty() ? tags : List.of());
    for (String name : attribute.split(",")) {
      if (!name.isBlank()) {
        texts.add(name.strip());
      }
    }
    List<ImageReference> names = new ArrayList<>();
    for (String text : texts) {
      try {
        ImageReference name = ImageReference.parse(text);
        if (!names.contains(name)) {
          names.add(name);
        }
      } catch (IllegalArgumentException e) {
        throw OutputFaults.fault(
            "\"%s\" is no image name: %s".formatted(text, e.getMessage()),
            "a name is [registry/]repository[:tag], in lower case",
            "write it like registry.example/team/app:1.0");
      }
    }
    return names;
  }

  private static Media media(Map<String, String> attributes, Push push) throws BuildException {
    Format format = flagOrDefault(attributes, "oci-mediatypes", true) ? Format.OCI : Format.DOCKER;
    Optional<Compression> compression = compression(attributes.get("compression"));
    if (compression.isEmpty() && push != Push.NO) {
      // what travels is compressed, what stays is not
      compression = Optional.of(Compression.GZIP);
    }
    Force force =
        flag(attributes, "force-compression") && compression.isPresent() ? Force.YES : Force.NO;
    if (format == Format.DOCKER && compression.filter(Compression.ZSTD::equals).isPresent()) {
      throw OutputFaults.fault(
          "compression=zstd needs OCI media types",
          "Docker's image format knows gzip only",
          "leave oci-mediatypes=false out");
    }
    return new Media(format, compression, level(attributes, compression), force);
  }

  private static Optional<Compression> compression(String text) throws BuildException {
    if (text == null || text.isEmpty()) {
      return Optional.empty();
    }
    for (Compression compression : Compression.values()) {
      if (compression.text().equals(text)) {
        return Optional.of(compression);
      }
    }
    throw OutputFaults.fault(
        "--output knows no compression \"%s\"".formatted(text),
        "known are uncompressed, gzip and zstd",
        "write compression=zstd, for instance");
  }

  private static int level(Map<String, String> attributes, Optional<Compression> compression)
      throws BuildException {
    String text = attributes.get("compression-level");
    int standard = compression.map(Compression::defaultLevel).orElse(0);
    if (text == null) {
      return standard;
    }
    try {
      int level = Integer.parseInt(text);
      if (compression.isEmpty() || compression.get().allows(level)) {
        return level;
      }
    } catch (NumberFormatException e) {
      // reported below like a number out of range
    }
    throw OutputFaults.fault(
        "compression-level \"%s\" is out of range".formatted(text),
        compression
            .map(c -> "%s has levels up to %d".formatted(c.text(), c.highest()))
            .orElse("without compression there is no level"),
        "leave it out for the usual level");
  }

  /** Whether an attribute is there and does not say no. */
  static boolean flag(Map<String, String> attributes, String name) {
    return flagOrDefault(attributes, name, false);
  }

  private static boolean flagOrDefault(
      Map<String, String> attributes, String name, boolean otherwise) {
    String value = attributes.get(name);
    if (value == null) {
      return otherwise;
    }
    return !value.equals("false") && !value.equals("0");
  }
}
