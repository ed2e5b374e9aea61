package dev.wadah.build.share;

import dev.wadah.content.ContentStore;
import dev.wadah.engine.Engine;
import dev.wadah.image.ImageStore;
import dev.wadah.image.transfer.ImageCompression;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import java.io.IOException;
import java.io.InputStream;

/** Layers of this machine as blobs, compressed when a cache asks for that. */
final class LayerBlobs {
  private final ContentStore content;
  private final LayerStore layers;
  private final ImageStore images;
  private final ImageCompression compression;

  LayerBlobs(Engine engine) {
    this.content = engine.content();
    this.layers = engine.layers();
    this.images = engine.images();
    this.compression = new ImageCompression(engine.store(), engine.content(), engine.layers());
  }

  /** The blob of a layer in the form that is wanted; the same bytes as in a pushed image. */
  Descriptor of(DiffId layer, ImageCompression.Form form) throws IOException {
    return compression.compress(images.describe(layer), layer, form, TransferProgress.NONE);
  }

  /** Opens a blob that {@link #of} gave. */
  InputStream open(DiffId layer, Descriptor blob) throws IOException {
    if (content.has(blob.digest())) {
      return content.open(blob.digest());
    }
    return blob.digest().equals(layer.digest()) ? layers.openTar(layer) : layers.openBlob(layer);
  }
}
