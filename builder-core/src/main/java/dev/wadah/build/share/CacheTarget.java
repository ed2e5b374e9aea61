package dev.wadah.build.share;

import dev.wadah.image.transfer.ImageCompression;
import java.time.Duration;

/**
 * What one {@code --cache-to} asks for.
 *
 * @param place where the cache goes
 * @param mode which results go there
 * @param media how it is written
 * @param onError what a failure to write it means
 * @param keep how long results stay that no build uses which writes the cache
 */
record CacheTarget(Place place, Mode mode, Media media, OnError onError, Duration keep) {

  /** Which results are written. */
  enum Mode {
    /** Those whose layers are in the built image. */
    MIN,
    /** Those of all steps. */
    MAX
  }

  /** Media types of manifest and layers. */
  enum Format {
    OCI,
    DOCKER
  }

  /** How manifest and layers are written. */
  record Media(Format format, ImageCompression.Form layers) {}

  /** What a failure to write the cache means. */
  enum OnError {
    FAIL,
    WARN
  }
}
