package dev.wadah.build.gc;

import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * Something in the store that can be removed on its own: a cached result, a cache mount, an image.
 *
 * @param id of an image {@code sha256:HEX}, of a volume its name, else hexadecimal digits
 * @param description for people: the step, the names of an image, a URL
 * @param bytes what it takes on the disk, with what it shares with others
 * @param used when it was last used
 * @param created when it was made
 * @param labels of an image
 * @param traits what else there is to say of it
 */
public record Entry(
    String id,
    Kind kind,
    String description,
    long bytes,
    Instant used,
    Instant created,
    Map<String, String> labels,
    Set<Trait> traits) {
  public Entry {
    labels = Map.copyOf(labels);
    traits = Set.copyOf(traits);
  }

  /** What it is. */
  public enum Kind {
    /** The result of a step. */
    REGULAR("regular"),
    /** What {@code RUN --mount=type=cache} keeps. */
    CACHE_MOUNT("exec.cachemount"),
    /** A file that was downloaded for a build. */
    DOWNLOAD("source.http"),
    /** A checkout that was made for a build. */
    CHECKOUT("source.git.checkout"),
    /** Digests of the files of a build context. */
    CONTEXT("source.local"),
    /** The names in a layer, which need neither its blob nor its tree. */
    INDEX("layer.index"),
    /** A layer as it was compressed for a push. */
    COMPRESSED("compressed"),
    /** An image without a name. */
    DANGLING_IMAGE("image.dangling"),
    /** An image that has names; all of them go together. */
    NAMED_IMAGE("image"),
    /** A volume without a name of its own. */
    ANONYMOUS_VOLUME("volume.anonymous"),
    /** A volume that somebody named. */
    NAMED_VOLUME("volume");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** Whether a build makes it again by itself when it is gone. */
    public boolean isCache() {
      return switch (this) {
        case DANGLING_IMAGE, NAMED_IMAGE, ANONYMOUS_VOLUME, NAMED_VOLUME -> false;
        default -> true;
      };
    }

    /** Whether it is an image. */
    public boolean isImage() {
      return this == DANGLING_IMAGE || this == NAMED_IMAGE;
    }

    /** BuildKit's name for it, where it has one. */
    @Override
    public String toString() {
      return text;
    }
  }

  /** What is said of an entry beside its kind. */
  public enum Trait {
    /** An image with a name, or a running container, needs all that it takes. */
    SHARED,
    /** A running container uses it. */
    IN_USE
  }

  /** Whether it has this trait. */
  public boolean is(Trait trait) {
    return traits.contains(trait);
  }
}
