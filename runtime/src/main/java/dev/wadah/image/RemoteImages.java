package dev.wadah.image;

import dev.wadah.content.BlobReader;
import dev.wadah.content.ContentStore;
import dev.wadah.layer.LayerStore;
import dev.wadah.layer.Listings;
import dev.wadah.layer.toc.SeekableLayers;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Platform;
import dev.wadah.registry.Registry;
import dev.wadah.registry.RegistryException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Brings manifests and configs from a registry, and tells the layer store where layers are. */
final class RemoteImages {
  private final ContentStore content;
  private final LayerStore layers;
  private final Registry registry;
  private final ImageIds ids;

  RemoteImages(ContentStore content, LayerStore layers, Registry registry, ImageIds ids) {
    this.content = content;
    this.layers = layers;
    this.registry = registry;
    this.ids = ids;
  }

  /** Fetches the documents of an image; its layers stay where they are. Its id is not kept. */
  ImageStore.Fetched fetch(ImageReference reference, Platform platform) throws IOException {
    Registry.Document document = registry.manifest(reference);
    Image image = choose(reference, document, platform, 0);
    content.put(document.bytes());
    ids.addSource(image.descriptor().digest(), reference);
    for (Descriptor layer : image.manifest().layers()) {
      // what is built on this image has its layers as well
      ids.addSource(layer.digest(), reference);
    }
    return new ImageStore.Fetched(document.descriptor(), image);
  }

  private Image choose(
      ImageReference reference, Registry.Document document, Platform platform, int depth)
      throws IOException {
    if (MediaTypes.isSchema1(document.mediaType())) {
      throw new ImageException(
          ("%s is in Docker's image format 1, which has been retired since 2019: pull and push it"
                  + " once with an older docker to convert it")
              .formatted(reference.familiar()));
    }
    if (!MediaTypes.isIndex(document.mediaType())) {
      return image(reference, document);
    }
    Index index = parseIndex(reference, document);
    List<Descriptor> candidates = PlatformChoice.candidates(index, platform);
    if (depth == ImageReader.MAX_INDEX_DEPTH) {
      throw new ImageException(
          "%s: indexes are nested deeper than %d"
              .formatted(reference.familiar(), ImageReader.MAX_INDEX_DEPTH));
    }
    if (candidates.isEmpty()) {
      throw new ImageException(
          "%s has no image for %s; there is %s"
              .formatted(reference.familiar(), platform, PlatformChoice.describe(index)),
          "the index of this name lists these platforms only",
          "--platform with one of them, or an image that is made for " + platform);
    }
    ImageReference chosen = reference.withDigest(candidates.get(0).digest());
    Image image = choose(chosen, registry.manifest(chosen), platform, depth + 1);
    content.put(document.bytes());
    return image;
  }

  private static Index parseIndex(ImageReference reference, Registry.Document document)
      throws ImageException {
    try {
      return OciJson.parseIndex(document.bytes());
    } catch (IllegalArgumentException e) {
      throw new ImageException("%s: %s".formatted(reference.familiar(), e.getMessage()), e);
    }
  }

  private static Manifest parseManifest(ImageReference reference, Registry.Document document)
      throws ImageException {
    try {
      return OciJson.parseManifest(document.bytes());
    } catch (IllegalArgumentException e) {
      throw new ImageException(
          "%s: manifest %s: %s"
              .formatted(reference.familiar(), document.descriptor().digest(), e.getMessage()),
          e);
    }
  }

  private Image image(ImageReference reference, Registry.Document document) throws IOException {
    Manifest manifest = parseManifest(reference, document);
    ImageReader.requireImage(document.descriptor(), manifest);
    byte[] config = config(reference, manifest.config());
    Image image = ImageReader.assemble(document.descriptor(), manifest, document.bytes(), config);
    content.put(config);
    content.put(document.bytes());
    register(image, Optional.of(reference));
    for (Descriptor layer : manifest.layers()) {
      // So that an image made on this one finds it, and mounts it when it is pushed.
      ids.addSource(layer.digest(), reference);
    }
    return image;
  }

  private byte[] config(ImageReference reference, Descriptor descriptor) throws IOException {
    if (content.has(descriptor.digest())) {
      return content.read(descriptor.digest());
    }
    return RemoteConfig.read(registry, reference, descriptor);
  }

  /**
   * Tells the layer store where each layer of an image is that it does not know: in the content
   * store, or else in a repository that the image was pulled from.
   */
  void register(Image image, Optional<ImageReference> pulledFrom) throws IOException {
    for (int i = 0; i < image.manifest().layers().size(); i++) {
      DiffId diffId = image.config().diffIds().get(i);
      Descriptor blob = image.manifest().layers().get(i);
      layers.listings().claim(diffId, listing(image, pulledFrom, blob));
      if (!layers.has(diffId)) {
        layers.addBlob(diffId, blob, new Repositories(image, pulledFrom));
      }
    }
  }

  private Optional<Listings.Listing> listing(
      Image image, Optional<ImageReference> pulledFrom, Descriptor blob) {
    return blob.annotations().isEmpty()
        ? Optional.empty()
        : SeekableLayers.listing(
            blob, (offset, length) -> part(image, pulledFrom, blob, offset, length));
  }

  /** Reads a part of a layer from the first repository that gives it. */
  private byte[] part(
      Image image, Optional<ImageReference> pulledFrom, Descriptor blob, long offset, int length)
      throws IOException {
    return fromFirst(image, pulledFrom, blob, place -> registry.part(place, blob, offset, length));
  }

  /** Opens a layer from the content store or from the first repository that gives it. */
  InputStream open(Image image, Optional<ImageReference> pulledFrom, Descriptor blob)
      throws IOException {
    return content.has(blob.digest())
        ? content.open(blob.digest())
        : fromFirst(image, pulledFrom, blob, place -> registry.blob(place, blob));
  }

  /** Where the layers of an image are. */
  private final class Repositories implements LayerStore.BlobSource {
    private final Image image;
    private final Optional<ImageReference> pulledFrom;

    Repositories(Image image, Optional<ImageReference> pulledFrom) {
      this.image = image;
      this.pulledFrom = pulledFrom;
    }

    @Override
    public InputStream open(Descriptor blob) throws IOException {
      return RemoteImages.this.open(image, pulledFrom, blob);
    }

    @Override
    public <T> T read(Descriptor blob, BlobReader<T> reader) throws IOException {
      return content.has(blob.digest())
          ? LayerStore.BlobSource.super.read(blob, reader)
          : fromFirst(image, pulledFrom, blob, place -> registry.whole(place, blob, reader));
    }
  }

  /** Takes something of a layer out of a repository. */
  @FunctionalInterface
  private interface Taking<T> {
    T from(ImageReference repository) throws IOException;
  }

  /**
   * What the first repository gives: the one that the image was pulled from, else of those that are
   * known to have the image, or at least the layer.
   */
  private <T> T fromFirst(
      Image image, Optional<ImageReference> pulledFrom, Descriptor blob, Taking<T> taking)
      throws IOException {
    if (pulledFrom.isPresent()) {
      return taking.from(pulledFrom.get());
    }
    List<String> sources = new ArrayList<>(ids.sources(image.descriptor().digest()));
    sources.addAll(ids.sources(blob.digest()));
    RegistryException last = null;
    for (String source : sources) {
      try {
        return taking.from(ImageReference.parse(source));
      } catch (RegistryException e) {
        last = e;
      }
    }
    if (last != null) {
      throw last;
    }
    throw new ImageException(
        "layer %s of image %s is not on this machine, and no registry is known for it"
            .formatted(blob.digest(), image.id().abbreviated()));
  }
}
