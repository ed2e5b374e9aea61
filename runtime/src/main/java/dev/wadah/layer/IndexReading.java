package dev.wadah.layer;

import dev.wadah.layer.tar.TarReader;
import dev.wadah.oci.DiffId;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Makes indexes of the layers of a store. Safe for threads and processes. */
final class IndexReading {
  private final LayerStore store;
  private final LayerTrees trees;
  private final LayerIndexes indexes;

  IndexReading(LayerStore store, LayerTrees trees, LayerIndexes indexes) {
    this.store = store;
    this.trees = trees;
    this.indexes = indexes;
  }

  /**
   * Makes the index of a layer of its tar, which is fetched when it is not here, and whose digest
   * is checked. A layer that is nothing for an index has none afterwards.
   */
  @SuppressWarnings("try") // the lock is held, not used
  void read(DiffId layer) throws IOException {
    try (var lock = trees.lock(layer.digest())) {
      if (trees.any(layer) != null || indexes.has(layer)) {
        return; // another thread or process was faster
      }
      HashedInput tar = new HashedInput(store.plainTar(layer), "layer " + layer, layer.digest());
      long start = System.nanoTime();
      Optional<LayerIndex> index;
      try (InputStream ahead = ReadAhead.of(tar)) {
        index = IndexBuilder.read(new TarReader(ahead));
        LayerTrees.drain(ahead);
      } finally {
        Profile.spent(Phase.UNPACK, start);
      }
      if (index.isPresent()) {
        indexes.put(layer, index.get());
      }
    }
  }

  /** The index of a layer, made of what is here. */
  Optional<LayerIndex> ofWhatIsHere(DiffId layer) throws IOException {
    LayerIndex known = indexes.find(layer);
    if (known != null || layer.equals(LayerStore.EMPTY)) {
      return Optional.ofNullable(known);
    }
    LayerRecords.Tree tree = trees.any(layer);
    if (tree != null) {
      Optional<LayerIndex> made = tree.name().isEmpty() ? Optional.empty() : of(tree);
      if (made.isPresent()) {
        indexes.put(layer, made.get());
      }
      return made;
    }
    if (store.isHere(layer)) {
      read(layer);
    }
    return Optional.ofNullable(indexes.find(layer));
  }

  private Optional<LayerIndex> of(LayerRecords.Tree tree) throws IOException {
    try {
      return IndexBuilder.of(trees.entries(tree));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
