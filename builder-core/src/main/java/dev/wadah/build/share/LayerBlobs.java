package dev.wadah.build.share;

import dev.wadah.content.ContentStore;
import dev.wadah.engine.Engine;
import dev.wadah.image.ImageStore;
import dev.wadah.image.transfer.ImageCompression;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.layer.IndexSource;
import dev.wadah.layer.LayerIndex;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Layers of this machine as blobs, compressed when a cache asks for that. */
final class LayerBlobs {
  private final ContentStore content;
  private final LayerStore layers;
  private final ImageStore images;
  private final IndexSource shared;
  private final ImageCompression compression;

  LayerBlobs(Engine engine, IndexSource shared) {
    this.shared = shared;
    this.content = engine.content();
    this.layers = engine.layers();
    this.images = engine.images();
    this.compression = new ImageCompression(engine.store(), engine.content(), engine.layers());
  }

  /** The blob of a layer in the form that is wanted; the same bytes as in a pushed image. */
  Descriptor of(DiffId layer, ImageCompression.Form form) throws IOException {
    return compression.make(images.describe(layer), layer, form, TransferProgress.NONE).blob();
  }

  /** The index of a layer as a blob in the content store; empty when it cannot be made here. */
  Optional<Descriptor> index(DiffId layer) throws IOException {
    Optional<LayerIndex> index = layers.index(layer);
    if (index.isEmpty()) {
      index = shared.index(layer);
    }
    if (index.isEmpty()) {
      return Optional.empty();
    }
    byte[] bytes = index.get().toBytes();
    return Optional.of(Descriptor.of(CacheManifest.INDEX_TYPE, content.put(bytes), bytes.length));
  }

  /** Opens a blob that {@link #index} gave. */
  InputStream openIndex(Descriptor blob) throws IOException {
    return content.open(blob.digest());
  }

  /** Opens a blob that {@link #of} gave. */
  InputStream open(DiffId layer, Descriptor blob) throws IOException {
    if (content.has(blob.digest())) {
      return content.open(blob.digest());
    }
    return blob.digest().equals(layer.digest()) ? layers.openTar(layer) : layers.openBlob(layer);
  }
}
