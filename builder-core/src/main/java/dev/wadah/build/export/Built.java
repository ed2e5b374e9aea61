package dev.wadah.build.export;

import dev.wadah.image.Image;
import dev.wadah.oci.Platform;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a build has made and its outputs write.
 *
 * @param images one per platform, in the order asked for; in the image store already
 * @param baseLayers how many of an image's layers are its base's
 * @param epoch SOURCE_DATE_EPOCH
 */
public record Built(
    Map<Platform, Image> images, Map<Platform, Integer> baseLayers, Optional<Instant> epoch) {
  public Built {
    images = Collections.unmodifiableMap(new LinkedHashMap<>(images));
    baseLayers = Map.copyOf(baseLayers);
  }

  /** Images all of whose layers are new, without an epoch. */
  public static Built of(Map<Platform, Image> images) {
    return new Built(images, Map.of(), Optional.empty());
  }

  Built with(Map<Platform, Image> others) {
    return new Built(others, baseLayers, epoch);
  }
}
