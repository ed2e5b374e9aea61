package dev.wadah.image;

import dev.wadah.layer.LayerStack;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.Manifest;

/**
 * An image of one platform: manifest and config with their original bytes.
 *
 * @param descriptor the manifest
 * @param manifest parsed
 * @param config parsed
 * @param manifestBytes original
 * @param configBytes original
 */
@SuppressWarnings("ArrayRecordComponent") // images are compared by their descriptor
public record Image(
    Descriptor descriptor,
    Manifest manifest,
    ImageConfig config,
    byte[] manifestBytes,
    byte[] configBytes) {

  /** The image id as docker shows it: digest of the config. */
  public Digest id() {
    return manifest.config().digest();
  }

  public LayerStack layers() {
    return LayerStack.of(config.diffIds());
  }
}
