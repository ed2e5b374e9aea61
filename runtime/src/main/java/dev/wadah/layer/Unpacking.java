package dev.wadah.layer;

import dev.wadah.layer.LayerRecords.Origin;
import dev.wadah.layer.LayerRecords.Tree;
import dev.wadah.layer.LayerTrees.Archive;
import dev.wadah.oci.DiffId;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** Makes the trees of stacks whose layers are not unpacked yet. Safe for threads and processes. */
final class Unpacking {
  private final LayerStore store;
  private final LayerRecords records;
  private final LayerTrees trees;
  private final LayerIndexes indexes;
  private final Queue<IndexFeed> unfinished = new ConcurrentLinkedQueue<>();
  private final AtomicInteger deferring = new AtomicInteger();

  Unpacking(LayerStore store, LayerRecords records, LayerTrees trees, LayerIndexes indexes) {
    this.store = store;
    this.records = records;
    this.trees = trees;
    this.indexes = indexes;
  }

  /** The tree of the highest layer of a stack. */
  Tree tree(LayerStack stack) throws IOException {
    Tree tree = trees.any(stack.top());
    return tree != null && !tree.name().isEmpty() ? tree : unpack(stack.top(), stack.below());
  }

  @SuppressWarnings("try") // the lock is held, not used
  private Tree unpack(DiffId layer, LayerStack below) throws IOException {
    Tree tree = trees.find(layer, below);
    if (tree != null) {
      return tree;
    }
    try (var lock = trees.lock(layer.digest())) {
      tree = trees.find(layer, below);
      if (tree != null) {
        return tree;
      }
      // Decompression and hashing run ahead in a thread of their own. A blob that is the tar itself
      // was hashed when it came.
      InputStream tar = store.openTar(layer);
      long start = System.nanoTime();
      FetchListener listener = store.fetches().listener();
      Origin origin = records.blob(layer) == null ? Origin.OWN : Origin.FOREIGN;
      IndexFeed index = new IndexFeed(made -> indexes.put(layer, made));
      boolean indexed = origin == Origin.FOREIGN;
      try (InputStream ahead =
          new ToldInput(ReadAhead.of(tar), bytes -> listener.unpacking(layer, bytes))) {
        LayerApplier.Watcher watcher = indexed ? index : LayerApplier.Watcher.NONE;
        long size = tar instanceof HashedInput ? 0 : store.tarSizeBytes(layer);
        LongSupplier sizeBytes = tar instanceof HashedInput in ? in::sizeBytes : () -> size;
        Archive archive = new Archive(origin, ahead, sizeBytes, watcher);
        tree = trees.unpack(layer, archive, below, store.tree(below));
        if (indexed) {
          unfinished.add(index);
          if (deferring.get() == 0) {
            awaitIndexes();
          }
        }
        return tree;
      } catch (IOException | RuntimeException e) {
        index.close();
        throw e;
      } finally {
        Profile.spent(Phase.UNPACK, start);
      }
    }
  }

  /** From now on indexes are made behind the unpacking, until the result is closed. */
  Closeable deferIndexes() {
    deferring.incrementAndGet();
    return () -> {
      deferring.decrementAndGet();
      awaitIndexes();
    };
  }

  /** Waits until the indexes are kept of all that was unpacked. */
  void awaitIndexes() throws IOException {
    for (IndexFeed index = unfinished.poll(); index != null; index = unfinished.poll()) {
      index.await();
    }
  }
}
