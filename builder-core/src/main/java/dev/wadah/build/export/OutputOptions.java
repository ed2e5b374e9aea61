package dev.wadah.build.export;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.NamingRequest;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.files.Spelling;
import dev.wadah.image.transfer.ImageCompression;
import dev.wadah.oci.Annotations;
import dev.wadah.oci.ImageReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The attributes of one output, understood.
 *
 * @param names to write it under
 * @param told the same for who asks afterwards, such as docker.io/library/app: as BuildKit, with
 *     the default tag in archives only, where it is written down
 * @param media how images are written
 * @param annotations of all levels
 * @param push where an image goes besides the store
 * @param attributes as given, for what only one type knows
 */
record OutputOptions(
    List<ImageReference> names,
    List<String> told,
    Media media,
    Annotations annotations,
    Push push,
    Map<String, String> attributes) {

  /** Attributes that have a meaning for BuildKit; those of containerd alone mean nothing here. */
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

  private static final List<String> TYPES =
      List.of("image", "registry", "oci", "docker", "tar", "local", "cacheonly");

  private static final List<String> TRUTHS =
      List.of(
          "push",
          "push-by-digest",
          "registry.insecure",
          "oci-mediatypes",
          "oci-artifact",
          "force-compression",
          "tar",
          "platform-split",
          "store",
          "unpack",
          "name-canonical",
          "rewrite-timestamp");

  private static final Set<String> YES = Set.of("1", "t", "T", "true", "TRUE", "True");
  private static final Set<String> NO = Set.of("0", "f", "F", "false", "FALSE", "False");

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

  /**
   * How images are written.
   *
   * @param layers how layers are compressed; empty: as they are
   */
  record Media(Format format, Optional<ImageCompression.Form> layers) {}

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
    requireKnown(output);
    requireTruths(attributes);
    requireMeant(attributes);
    boolean pushed = flagOrDefault(attributes, "push", output.type().equals("registry"));
    boolean byDigest = flag(attributes, "push-by-digest");
    Push push = !pushed ? Push.NO : byDigest ? Push.BY_DIGEST : Push.BY_NAME;
    List<String> texts = texts(naming.tags(), attributes.getOrDefault("name", ""));
    List<ImageReference> names = names(texts, ImageReference::parse);
    if (push != Push.NO && names.isEmpty()) {
      throw OutputFaults.fault(
          "an image without a name cannot be pushed",
          "the name says which registry and repository it goes to",
          "name it with -t, or with name=… in --output");
    }
    if (push == Push.BY_DIGEST) {
      requireNoTags(naming.tags(), attributes.getOrDefault("name", ""));
    }
    // what docker load reads has always had Docker's media types; an image in the store has ours
    boolean oci = !output.type().equals("docker") || output.destination().isEmpty();
    boolean archive = !oci || output.type().equals("oci");
    List<ImageReference> told = archive ? names : names(texts, ImageReference::parseUntagged);
    return new OutputOptions(
        names,
        told.stream().map(ImageReference::toString).toList(),
        media(attributes, push, oci ? Format.OCI : Format.DOCKER),
        annotations(naming.annotations(), attributes),
        push,
        attributes);
  }

  private static void requireKnown(OutputRequest output) throws BuildException {
    if (!TYPES.contains(output.type())) {
      throw OutputFaults.fault(
          "--output knows no type \"%s\"".formatted(output.type()),
          "known are " + String.join(", ", TYPES),
          "write --output type=oci,dest=image.tar, for instance");
    }
    if (output.type().equals("local") && output.destination().orElse("").isEmpty()) {
      throw OutputFaults.fault(
          "type=local needs dest",
          "it writes the files of the result into a directory",
          "add dest=DIRECTORY");
    }
  }

  /** As Go's ParseBool; nothing after the sign is a yes. */
  private static void requireTruths(Map<String, String> attributes) throws BuildException {
    for (String name : TRUTHS) {
      String value = attributes.get(name);
      if (value != null && !value.isEmpty() && !YES.contains(value) && !NO.contains(value)) {
        throw OutputFaults.fault(
            "%s=\"%s\" is neither true nor false".formatted(name, value),
            "the attribute is a yes or a no",
            "write %s=true, or %s=false".formatted(name, name));
      }
    }
  }

  /** What would be asked for in vain is an error, not a surprise. */
  private static void requireMeant(Map<String, String> attributes) throws BuildException {
    if (flag(attributes, "registry.insecure")) {
      throw OutputFaults.fault(
          "registry.insecure=true is not taken from a command line",
          "http and unverified TLS are settings of a registry, so that no build goes around them",
          "set http = true or skip-verify = true for the host in registries.toml (docs/registry.md)");
    }
  }

  /** A tag would stand for nothing: what is pushed by its digest gets none. */
  private static void requireNoTags(List<String> tags, String attribute) throws BuildException {
    List<String> texts = tags.isEmpty() ? List.of(attribute.split(",")) : tags;
    for (String text : texts) {
      if (text.lastIndexOf(':') > text.lastIndexOf('/') || text.indexOf('@') >= 0) {
        throw OutputFaults.fault(
            "\"%s\" cannot be pushed by its digest".formatted(text.strip()),
            "push-by-digest=true leaves the tags of a repository as they are",
            "name the repository alone: %s"
                .formatted(ImageReference.parse(text.strip()).familiarRepository()));
      }
    }
  }

  private static Annotations annotations(List<String> flags, Map<String, String> attributes)
      throws BuildException {
    try {
      return Annotations.of(flags, attributes);
    } catch (IllegalArgumentException e) {
      throw OutputFaults.fault(
          e.getMessage(),
          Annotations.FORM,
          "write it like index:org.opencontainers.image.title=demo or manifest[linux/amd64]:key=value");
    }
  }

  private static List<String> texts(List<String> tags, String attribute) {
    // as buildx: what -t says goes to every output, in the place of its name=
    List<String> texts = new ArrayList<>(tags);
    for (String name : attribute.split(",", -1)) {
      if (tags.isEmpty() && !name.isBlank()) {
        texts.add(name.strip());
      }
    }
    return texts;
  }

  private static List<ImageReference> names(
      List<String> texts, Function<String, ImageReference> parser) throws BuildException {
    List<ImageReference> names = new ArrayList<>();
    for (String text : texts) {
      try {
        ImageReference name = parser.apply(text);
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

  private static Media media(Map<String, String> attributes, Push push, Format usual)
      throws BuildException {
    Optional<ImageCompression.Format> compression = compression(attributes.get("compression"));
    if (compression.isEmpty() && push != Push.NO) {
      // what travels is compressed, what stays is not
      compression = Optional.of(ImageCompression.Format.GZIP);
    }
    boolean listed = compression.filter(ImageCompression.Format::isSeekable).isPresent();
    boolean oci = flagOrDefault(attributes, "oci-mediatypes", listed || usual == Format.OCI);
    if (listed && !oci) {
      throw OutputFaults.fault(
          "compression=%s needs OCI media types".formatted(compression.get().word()),
          "where a layer's list of files is stands in an annotation, which Docker's documents do not have",
          "leave oci-mediatypes=false out");
    }
    Optional<Integer> level = level(attributes.get("compression-level"), compression);
    // as buildx and podman: a base without lists would have to be fetched as a whole
    ImageCompression.Change change =
        flagOrDefault(attributes, "force-compression", listed)
            ? ImageCompression.Change.ALL
            : ImageCompression.Change.PLAIN_ONLY;
    return new Media(
        oci ? Format.OCI : Format.DOCKER,
        compression.map(wanted -> new ImageCompression.Form(wanted, level, change)));
  }

  private static Optional<ImageCompression.Format> compression(String text) throws BuildException {
    if (text == null || text.isEmpty()) {
      return Optional.empty();
    }
    Optional<ImageCompression.Format> known = ImageCompression.Format.of(text);
    if (known.isPresent()) {
      return known;
    }
    throw OutputFaults.fault(
        "--output knows no compression \"%s\"".formatted(text),
        "known are " + ImageCompression.Format.WORDS,
        "write compression=zstd, for instance");
  }

  private static Optional<Integer> level(String text, Optional<ImageCompression.Format> compression)
      throws BuildException {
    if (text == null) {
      return Optional.empty();
    }
    int highest = compression.orElse(ImageCompression.Format.GZIP).highestLevel();
    try {
      int level = Integer.parseInt(text);
      if (level >= 0 && level <= highest) {
        return Optional.of(level);
      }
    } catch (NumberFormatException e) {
      // reported below like a number out of range
    }
    throw OutputFaults.fault(
        "compression-level \"%s\" is out of range".formatted(text),
        "gzip has levels 0 to 9, zstd 0 to 22",
        "leave it out for the usual level");
  }

  /** Whether the image goes into the store; what is only pushed needs no place there. */
  boolean isStored() {
    return flagOrDefault(attributes, "store", true);
  }

  /** Whether each of so many platforms has a folder of its own. */
  boolean splits(int platforms) {
    return flagOrDefault(attributes, "platform-split", platforms > 1);
  }

  /** Whether the archive is a folder instead of a tar. */
  boolean isFolder() {
    return !flagOrDefault(attributes, "tar", true);
  }

  /** Whether new files shall not be younger than SOURCE_DATE_EPOCH. */
  boolean rewritesTimestamps() {
    return flag(attributes, "rewrite-timestamp");
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
    return !NO.contains(value);
  }
}
