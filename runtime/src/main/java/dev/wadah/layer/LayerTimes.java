package dev.wadah.layer;

import dev.wadah.content.ContentStore;
import dev.wadah.layer.tar.InvalidLayerException;
import dev.wadah.layer.tar.TarTimes;
import dev.wadah.oci.DiffId;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Instant;

/**
 * Makes layers whose files are not younger than a given time. A layer in Wadah's own form stays in
 * that form: only the time in the headers changes.
 */
public final class LayerTimes {
  private final LayerStore layers;
  private final ContentStore content;

  public LayerTimes(LayerStore layers, ContentStore content) {
    this.layers = layers;
    this.content = content;
  }

  /**
   * The layer with {@code latest} in the place of every later modification time, in the content
   * store; the same layer where none is later. One pass, constant memory.
   *
   * @param latest not before 1970; whole seconds count
   * @throws InvalidLayerException if the layer's tar is broken
   * @throws InterruptedIOException if the thread is interrupted
   */
  public DiffId atMost(DiffId layer, Instant latest) throws IOException {
    if (layer.equals(LayerStore.EMPTY)) {
      return layer;
    }
    try (InputStream tar = layers.openTar(layer);
        ContentStore.Ingest ingest = content.ingest()) {
      boolean changed = TarTimes.copy(tar, ingest.out(), latest.getEpochSecond());
      return changed ? new DiffId(ingest.commit()) : layer;
    }
  }
}
