package dev.wadah.build.export;

import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import dev.wadah.registry.Registry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;

/** Uploads images: layers and config first, then manifests, at last what carries the name. */
final class Pusher {
  private final Engine engine;

  Pusher(Engine engine) {
    this.engine = engine;
  }

  /**
   * Pushes to one name.
   *
   * @param target a manifest among the images', or an index of them
   */
  void push(
      ImageReference name, Descriptor target, Collection<Image> images, OutputOptions.Push push)
      throws IOException {
    Registry registry = engine.registry();
    ImageReference repository =
        new ImageReference(name.domain(), name.path(), Optional.empty(), Optional.empty());
    boolean index = MediaTypes.isIndex(target.mediaType());
    ImageReference last = push == OutputOptions.Push.BY_DIGEST ? repository : name;
    for (Image image : images) {
      pushBlobs(repository, image);
      registry.pushManifest(
          index ? repository : last,
          new Registry.Document(image.descriptor().mediaType(), image.manifestBytes()));
    }
    if (index) {
      byte[] bytes = engine.content().read(target.digest());
      registry.pushManifest(last, new Registry.Document(target.mediaType(), bytes));
    }
  }

  private void pushBlobs(ImageReference repository, Image image) throws IOException {
    Registry registry = engine.registry();
    for (int i = 0; i < image.manifest().layers().size(); i++) {
      int layer = i;
      Descriptor blob = image.manifest().layers().get(i);
      if (!MediaTypes.isForeignLayer(blob.mediaType())) {
        registry.pushBlob(
            repository, blob, Optional.empty(), () -> engine.images().openLayer(image, layer));
      }
    }
    registry.pushBlob(
        repository,
        image.manifest().config(),
        Optional.empty(),
        () -> new ByteArrayInputStream(image.configBytes()));
  }
}
