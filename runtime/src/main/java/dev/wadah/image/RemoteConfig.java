package dev.wadah.image;

import dev.wadah.content.DigestMismatchException;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import dev.wadah.registry.Registry;
import java.io.IOException;

/** Reads the config of an image from a registry. */
public final class RemoteConfig {
  /** The largest config that is read. */
  static final int MAX_BYTES = 16 << 20;

  private RemoteConfig() {}

  /**
   * The whole config, verified.
   *
   * @throws ImageException if it is too large to be one
   * @throws DigestMismatchException if it is another than the manifest says
   */
  public static byte[] read(Registry registry, ImageReference repository, Descriptor config)
      throws IOException {
    String what = "config of " + repository.familiar();
    if (config.sizeBytes() > MAX_BYTES) {
      throw new ImageException(
          "the %s has %d bytes, more than the %d MiB that one may have"
              .formatted(what, config.sizeBytes(), MAX_BYTES >> 20));
    }
    return registry.whole(
        repository, config, in -> new VerifiedInputStream(in, config, what).readAllBytes());
  }
}
