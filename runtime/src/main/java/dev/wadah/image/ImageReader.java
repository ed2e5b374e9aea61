package dev.wadah.image;

import dev.wadah.content.ContentStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads images from the content store: manifest, config, the choice from an index. */
public final class ImageReader {
  /** How deep indexes may be nested. */
  public static final int MAX_INDEX_DEPTH = 4;

  /** How many layers an image may have; the kernel stacks 500, docker 127. */
  public static final int MAX_LAYERS = 1000;

  private final ContentStore content;

  public ImageReader(ContentStore content) {
    this.content = content;
  }

  /**
   * The image at {@code target}; of an index the one for {@code platform}, or its only one. Empty
   * when none of an index's images is here.
   *
   * @throws ImageException if a document is damaged or is no image
   */
  public Optional<Image> read(Descriptor target, Platform platform) throws IOException {
    if (!MediaTypes.isIndex(target.mediaType())) {
      return content.has(target.digest()) ? Optional.of(image(target)) : Optional.empty();
    }
    List<Descriptor> here = new ArrayList<>();
    for (Descriptor manifest : manifests(target)) {
      if (content.has(manifest.digest())) {
        here.add(manifest);
      }
    }
    Index flat =
        new Index(target.mediaType(), here, java.util.Map.of(), Optional.empty(), Optional.empty());
    List<Descriptor> fitting = PlatformChoice.candidates(flat, platform);
    if (fitting.isEmpty()) {
      return here.size() == 1 ? Optional.of(image(here.get(0))) : Optional.empty();
    }
    return Optional.of(image(fitting.get(0)));
  }

  /** All manifests that an index leads to, nested ones too; of a manifest, itself. */
  public List<Descriptor> manifests(Descriptor target) throws IOException {
    List<Descriptor> found = new ArrayList<>();
    collect(target, 0, found);
    return found;
  }

  private void collect(Descriptor target, int depth, List<Descriptor> found) throws IOException {
    if (!MediaTypes.isIndex(target.mediaType())) {
      found.add(target);
    } else if (depth < MAX_INDEX_DEPTH && content.has(target.digest())) {
      for (Descriptor entry : PlatformChoice.images(index(target))) {
        collect(entry, depth + 1, found);
      }
    }
  }

  public Index index(Descriptor target) throws IOException {
    try {
      return OciJson.parseIndex(content.read(target.digest()));
    } catch (IllegalArgumentException e) {
      throw new ImageException("index %s: %s".formatted(target.digest(), e.getMessage()), e);
    }
  }

  /** The image with this manifest. */
  public Image image(Descriptor descriptor) throws IOException {
    byte[] manifestBytes = content.read(descriptor.digest());
    Manifest manifest = manifest(descriptor, manifestBytes);
    requireImage(descriptor, manifest);
    byte[] configBytes = content.read(manifest.config().digest());
    return assemble(descriptor, manifest, manifestBytes, configBytes);
  }

  public static Manifest manifest(Descriptor descriptor, byte[] bytes) throws ImageException {
    try {
      return OciJson.parseManifest(bytes);
    } catch (IllegalArgumentException e) {
      throw new ImageException("manifest %s: %s".formatted(descriptor.digest(), e.getMessage()), e);
    }
  }

  /** Refuses artifacts, whose manifests look like those of images. */
  public static void requireImage(Descriptor descriptor, Manifest manifest) throws ImageException {
    String type = manifest.config().mediaType();
    if (!MediaTypes.isImageConfig(type)) {
      throw new ImageException(
          "%s is an artifact of type %s, not an image that can be run or built on"
              .formatted(descriptor.digest(), manifest.artifactType().orElse(type)));
    }
    requireFewLayers(descriptor, manifest);
  }

  private static void requireFewLayers(Descriptor descriptor, Manifest manifest)
      throws ImageException {
    if (manifest.layers().size() > MAX_LAYERS) {
      throw new ImageException(
          "%s has %d layers, more than the %d that an image may have"
              .formatted(descriptor.digest(), manifest.layers().size(), MAX_LAYERS));
    }
  }

  public static Image assemble(
      Descriptor descriptor, Manifest manifest, byte[] manifestBytes, byte[] configBytes)
      throws ImageException {
    requireFewLayers(descriptor, manifest);
    ImageConfig config;
    try {
      config = OciJson.parseConfig(configBytes);
    } catch (IllegalArgumentException e) {
      throw new ImageException(
          "config %s: %s".formatted(manifest.config().digest(), e.getMessage()), e);
    }
    if (config.diffIds().size() != manifest.layers().size()) {
      throw new ImageException(
          "image %s has %d layers in its manifest, but %d in its config"
              .formatted(
                  manifest.config().digest(), manifest.layers().size(), config.diffIds().size()));
    }
    return new Image(descriptor, manifest, config, manifestBytes, configBytes);
  }
}
