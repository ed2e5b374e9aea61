package dev.wadah.build.share;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.SharedCache;
import dev.wadah.build.files.Spelling;
import dev.wadah.image.transfer.ImageCompression;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Understands the attributes of one {@code --cache-from} or {@code --cache-to}. */
final class ShareOptions {
  private static final Duration USUAL_KEEP = Duration.ofDays(14);
  private static final int MOST_DAYS = 36_500;

  private static final List<String> WRITING =
      List.of(
          "mode",
          "compression",
          "compression-level",
          "force-compression",
          "ignore-error",
          "oci-mediatypes",
          "image-manifest",
          "keep-days");

  private final String flag;
  private final String type;
  private final Map<String, String> attributes;

  private ShareOptions(String flag, SharedCache cache) {
    this.flag = flag;
    this.type = cache.type();
    this.attributes = cache.attributes();
  }

  /**
   * Where a {@code --cache-from} reads.
   *
   * @throws BuildException naming what is not understood
   */
  static Place source(SharedCache cache) throws BuildException {
    ShareOptions options = new ShareOptions("--cache-from", cache);
    switch (cache.type()) {
      case "registry" -> {
        options.allow(List.of("ref"));
        return options.inRegistry();
      }
      case "local" -> {
        options.allow(List.of("src", "tag", "digest"));
        return options.inFolder("src");
      }
      case "inline" ->
          throw ShareFaults.error(
              "--cache-from has no type=inline",
              "an inline cache lies in an image, and is read from there",
              "write --cache-from type=registry,ref=NAME with the name of the image");
      default -> throw options.unknownType("registry and local");
    }
  }

  /**
   * What a {@code --cache-to} asks for.
   *
   * @throws BuildException naming what is not understood
   */
  static CacheTarget target(SharedCache cache) throws BuildException {
    ShareOptions options = new ShareOptions("--cache-to", cache);
    Place place;
    switch (cache.type()) {
      case "registry" -> {
        options.allow(options.with("ref"));
        place = options.inRegistry();
      }
      case "local" -> {
        options.allow(options.with("dest", "tag"));
        place = options.inFolder("dest");
      }
      case "inline" -> {
        options.allow(List.of("mode", "ignore-error"));
        place = new Place.InImage();
      }
      default -> throw options.unknownType("registry, local and inline");
    }
    return options.target(place);
  }

  private BuildException unknownType(String supported) {
    boolean known = List.of("gha", "s3", "azblob").contains(type);
    return ShareFaults.error(
        "%s type=%s is not supported".formatted(flag, type),
        (known ? "that is a service of its own, which wadah does not speak to; " : "")
            + "supported are "
            + supported,
        "write %s type=registry,ref=NAME: any image registry will do".formatted(flag));
  }

  private List<String> with(String... names) {
    List<String> all = new java.util.ArrayList<>(List.of(names));
    all.addAll(WRITING);
    return all;
  }

  private void allow(List<String> known) throws BuildException {
    for (String attribute : new java.util.TreeSet<>(attributes.keySet())) {
      if (!known.contains(attribute)) {
        throw ShareFaults.error(
            "%s type=%s has no attribute \"%s\"".formatted(flag, type, attribute),
            "known are " + String.join(", ", known),
            Spelling.nearest(attribute, known)
                .map("did you mean \"%s\"?"::formatted)
                .orElse("leave it out"));
      }
    }
  }

  private String needed(String attribute, String example) throws BuildException {
    String value = attributes.getOrDefault(attribute, "");
    if (value.isEmpty()) {
      throw ShareFaults.error(
          "%s type=%s needs %s".formatted(flag, type, attribute),
          "it says where the cache lies",
          "write %s type=%s,%s=%s".formatted(flag, type, attribute, example));
    }
    return value;
  }

  private Place inRegistry() throws BuildException {
    String text = needed("ref", "registry.example/team/app:cache");
    try {
      ImageReference reference = ImageReference.parse(text);
      if (flag.equals("--cache-to") && reference.digest().isPresent()) {
        throw ShareFaults.error(
            "--cache-to cannot write to \"%s\"".formatted(text),
            "a digest stands for what is there already",
            "name a tag: " + reference.familiarRepository() + ":cache");
      }
      return new Place.InRegistry(reference);
    } catch (IllegalArgumentException e) {
      throw ShareFaults.error(
          "%s ref \"%s\" is no image name: %s".formatted(flag, text, e.getMessage()),
          "a name is [registry/]repository[:tag], in lower case",
          "write it like registry.example/team/app:cache");
    }
  }

  private Place inFolder(String attribute) throws BuildException {
    Path folder = Path.of(needed(attribute, "DIRECTORY")).toAbsolutePath().normalize();
    String digest = attributes.getOrDefault("digest", "");
    String tag = attributes.getOrDefault("tag", "");
    try {
      return new Place.InFolder(
          folder,
          tag.isEmpty() ? "latest" : tag,
          digest.isEmpty() ? Optional.empty() : Optional.of(Digest.parse(digest)));
    } catch (IllegalArgumentException e) {
      throw ShareFaults.error(
          "%s: %s".formatted(flag, e.getMessage()),
          "digest names a manifest in the folder's index.json",
          "leave it out for the tag's newest");
    }
  }

  private CacheTarget target(Place place) throws BuildException {
    CacheTarget.Mode mode = mode();
    if (place instanceof Place.InImage && mode == CacheTarget.Mode.MAX) {
      throw ShareFaults.error(
          "--cache-to type=inline has no mode=max",
          "an image holds its own layers, not those of other stages",
          "write --cache-to type=registry,ref=NAME,mode=max");
    }
    if (!flag("image-manifest", true)) {
      throw ShareFaults.error(
          "--cache-to has no image-manifest=false",
          "a cache is always one image manifest, which every registry stores",
          "leave it out");
    }
    CacheTarget.OnError onError =
        flag("ignore-error", false) ? CacheTarget.OnError.WARN : CacheTarget.OnError.FAIL;
    return new CacheTarget(place, mode, media(), onError, keep());
  }

  private CacheTarget.Mode mode() throws BuildException {
    String text = attributes.getOrDefault("mode", "min");
    return switch (text) {
      case "min" -> CacheTarget.Mode.MIN;
      case "max" -> CacheTarget.Mode.MAX;
      default -> throw unknownValue("mode", text, "min and max");
    };
  }

  private BuildException unknownValue(String attribute, String value, String known) {
    return ShareFaults.error(
        "%s knows no %s \"%s\"".formatted(flag, attribute, value),
        "known are " + known,
        "leave it out for the usual one");
  }

  private CacheTarget.Media media() throws BuildException {
    boolean oci = flag("oci-mediatypes", true);
    String text = attributes.getOrDefault("compression", "gzip");
    ImageCompression.Format format =
        switch (text) {
          case "gzip" -> ImageCompression.Format.GZIP;
          case "zstd" -> ImageCompression.Format.ZSTD;
          case "uncompressed" -> ImageCompression.Format.UNCOMPRESSED;
          default -> throw unknownValue("compression", text, "gzip, zstd and uncompressed");
        };
    if (!oci && format == ImageCompression.Format.ZSTD) {
      throw ShareFaults.error(
          "compression=zstd needs OCI media types",
          "Docker's image format knows gzip only",
          "leave oci-mediatypes=false out");
    }
    int highest = format == ImageCompression.Format.ZSTD ? 22 : 9;
    ImageCompression.Change change =
        flag("force-compression", false)
            ? ImageCompression.Change.ALL
            : ImageCompression.Change.PLAIN_ONLY;
    return new CacheTarget.Media(
        oci ? CacheTarget.Format.OCI : CacheTarget.Format.DOCKER,
        new ImageCompression.Form(format, number("compression-level", highest), change));
  }

  private Duration keep() throws BuildException {
    return number("keep-days", MOST_DAYS).map(Duration::ofDays).orElse(USUAL_KEEP);
  }

  private Optional<Integer> number(String attribute, int highest) throws BuildException {
    String text = attributes.get(attribute);
    if (text == null) {
      return Optional.empty();
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= 0 && number <= highest) {
        return Optional.of(number);
      }
    } catch (NumberFormatException e) {
      // reported below like a number out of range
    }
    throw unknownValue(attribute, text, "0 to " + highest);
  }

  private boolean flag(String attribute, boolean otherwise) throws BuildException {
    String text = attributes.get(attribute);
    if (text == null) {
      return otherwise;
    }
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw unknownValue(attribute, text, "true and false");
    };
  }
}
