package dev.wadah.build.share;

import dev.wadah.oci.Digest;
import java.util.Optional;

/**
 * What lies at a place.
 *
 * @param kind what it is
 * @param contents the records that could be read; empty when there are none
 * @param manifest the digest of what is there; empty when nothing is
 * @param problem why there are no records; empty when there are some
 */
record Found(Kind kind, CacheContents contents, Optional<Digest> manifest, String problem) {

  /** What can lie where a cache should be. */
  enum Kind {
    NOTHING,
    /** A cache of ours. */
    CACHE,
    /** An image, with an inline cache or without. */
    IMAGE,
    /** Another program's. */
    FOREIGN,
    /** A cache that cannot be read. */
    BROKEN
  }

  static Found nothing(String problem) {
    return new Found(Kind.NOTHING, CacheContents.EMPTY, Optional.empty(), problem);
  }

  static Found of(Kind kind, CacheContents contents, Digest manifest) {
    return new Found(kind, contents, Optional.of(manifest), "");
  }

  static Found without(Kind kind, Digest manifest, String problem) {
    return new Found(kind, CacheContents.EMPTY, Optional.of(manifest), problem);
  }
}
