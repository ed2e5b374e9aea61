package dev.wadah.build.export;

import dev.wadah.build.export.OutputOptions.Format;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.transfer.ImageCompression;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.oci.Annotations;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes of an image the form that an output asks for: compression, media types, annotations. The
 * config, and with it the image id, stays the same but for eStargz, which has other diffIDs.
 */
final class ImageVariants {
  private final Engine engine;
  private final OutputOptions options;
  private final TransferProgress progress;

  ImageVariants(Engine engine, OutputOptions options, TransferProgress progress) {
    this.engine = engine;
    this.options = options;
    this.progress = progress;
  }

  /** The image with its layers and documents as the output wants them, in the content store. */
  Image of(Image image, Platform platform) throws IOException {
    Image wanted = image;
    if (options.media().layers().isPresent()) {
      wanted =
          new ImageCompression(engine.store(), engine.content(), engine.layers())
              .compress(image, options.media().layers().get(), progress);
    }
    Map<String, String> annotations =
        options.annotations().of(Annotations.Level.MANIFEST, Optional.of(platform));
    if (annotations.isEmpty() && isOci(wanted.manifest())) {
      return wanted; // as a build makes it
    }
    Manifest manifest = manifest(wanted, annotations);
    byte[] bytes = OciJson.write(manifest);
    if (Arrays.equals(bytes, wanted.manifestBytes())) {
      return wanted;
    }
    Descriptor descriptor =
        Descriptor.of(manifest.mediaType(), engine.content().put(bytes), bytes.length);
    return new Image(descriptor, manifest, wanted.config(), bytes, wanted.configBytes());
  }

  /** Whether all media types are those that the output wants, which are OCI's by default. */
  private boolean isOci(Manifest manifest) {
    boolean oci =
        options.media().format() != Format.DOCKER
            && manifest.mediaType().equals(MediaTypes.OCI_MANIFEST)
            && manifest.config().mediaType().equals(MediaTypes.OCI_CONFIG);
    for (Descriptor layer : manifest.layers()) {
      oci = oci && layer.mediaType().equals(MediaTypes.toOciLayer(layer.mediaType()));
    }
    return oci;
  }

  private Manifest manifest(Image image, Map<String, String> more) {
    boolean docker = options.media().format() == Format.DOCKER;
    Manifest old = image.manifest();
    Map<String, String> annotations = new TreeMap<>(old.annotations());
    annotations.putAll(more);
    List<Descriptor> layers = new ArrayList<>();
    for (Descriptor layer : old.layers()) {
      String type =
          docker
              ? MediaTypes.toDockerLayer(layer.mediaType())
              : MediaTypes.toOciLayer(layer.mediaType());
      layers.add(layer.withMediaType(type));
    }
    return new Manifest(
        docker ? MediaTypes.DOCKER_MANIFEST : MediaTypes.OCI_MANIFEST,
        Descriptor.of(
            docker ? MediaTypes.DOCKER_CONFIG : MediaTypes.OCI_CONFIG,
            old.config().digest(),
            old.config().sizeBytes()),
        layers,
        annotations,
        old.subject(),
        old.artifactType());
  }

  /** The one thing that names stand for: the only manifest, or an index of all. */
  Descriptor target(Map<Platform, Image> images) throws IOException {
    if (images.size() == 1 && !options.annotations().needIndex()) {
      return images.values().iterator().next().descriptor();
    }
    return index(images);
  }

  /**
   * As {@link #target}, for an archive: its own index says of a single manifest what else would
   * need another one.
   */
  Descriptor archived(Map<Platform, Image> images) throws IOException {
    boolean needsIndex =
        options.annotations().has(Annotations.Level.INDEX)
            || options.annotations().has(Annotations.Level.INDEX_DESCRIPTOR);
    if (images.size() > 1 || needsIndex) {
      return index(images);
    }
    Map.Entry<Platform, Image> only = images.entrySet().iterator().next();
    return described(only.getKey(), only.getValue());
  }

  private Descriptor described(Platform platform, Image image) {
    return image
        .descriptor()
        .withPlatform(platform)
        .withAnnotations(
            options.annotations().of(Annotations.Level.MANIFEST_DESCRIPTOR, Optional.of(platform)));
  }

  private Descriptor index(Map<Platform, Image> images) throws IOException {
    List<Descriptor> manifests = new ArrayList<>();
    for (Map.Entry<Platform, Image> entry : images.entrySet()) {
      manifests.add(described(entry.getKey(), entry.getValue()));
    }
    boolean docker = options.media().format() == Format.DOCKER;
    Index index =
        new Index(
            docker ? MediaTypes.DOCKER_INDEX : MediaTypes.OCI_INDEX,
            manifests,
            options.annotations().of(Annotations.Level.INDEX, Optional.empty()),
            Optional.empty(),
            Optional.empty());
    byte[] bytes = OciJson.write(index);
    return Descriptor.of(index.mediaType(), engine.content().put(bytes), bytes.length)
        .withAnnotations(
            options.annotations().of(Annotations.Level.INDEX_DESCRIPTOR, Optional.empty()));
  }
}
