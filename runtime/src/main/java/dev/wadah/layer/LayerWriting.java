package dev.wadah.layer;

import dev.wadah.content.ContentStore;
import dev.wadah.content.Hashers;
import dev.wadah.layer.LayerRecords.Marks;
import dev.wadah.layer.LayerRecords.Origin;
import dev.wadah.layer.LayerTrees.Unpacked;
import dev.wadah.oci.DiffId;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/** Makes the new layers of a store: of entries, and of what a container left. Safe for threads. */
final class LayerWriting {
  private final ContentStore content;
  private final LayerTrees trees;
  private final StackViews views;
  private final Fetches fetches;
  private final Hashers hashers = new Hashers();

  LayerWriting(ContentStore content, LayerTrees trees, StackViews views, Fetches fetches) {
    this.fetches = fetches;
    this.content = content;
    this.trees = trees;
    this.views = views;
  }

  /** See {@link LayerStore#write(Iterable, LayerStore.Form)}. */
  DiffId write(Iterable<LayerEntry> entries, LayerStore.Form form) throws IOException {
    List<LayerEntry> canonical = CanonicalEntries.of(entries);
    if (canonical.isEmpty()) {
      return LayerStore.EMPTY;
    }
    long start = System.nanoTime();
    try {
      return form == LayerStore.Form.TAR ? writeTar(canonical) : writeTree(canonical);
    } finally {
      Profile.spent(Phase.WRITE, start);
    }
  }

  private DiffId writeTar(List<LayerEntry> canonical) throws IOException {
    try (ContentStore.Ingest ingest = content.ingest()) {
      TarPump pump = new TarPump(ingest.out());
      for (LayerEntry entry : canonical) {
        pump.take(entry);
      }
      pump.end();
      return views.written(new DiffId(ingest.commit()), pump.marks());
    }
  }

  private DiffId writeTree(List<LayerEntry> canonical) throws IOException {
    try (InputStream tar = new TarStream(canonical)) {
      return trees.unpackOwn(tar);
    }
  }

  /** See {@link LayerStore#write(LayerEntries, LongConsumer)}. */
  DiffId write(LayerEntries entries, LongConsumer progress) throws IOException {
    long start = System.nanoTime();
    try (ContentStore.Ingest ingest = content.ingest()) {
      TarPump pump = new TarPump(new ToldSink(ingest.out(), ingest::sizeBytes, progress));
      SortedEntries sorted = new SortedEntries(pump);
      entries.each(sorted);
      if (sorted.isEmpty()) {
        return LayerStore.EMPTY;
      }
      pump.end();
      return views.written(new DiffId(ingest.commit()), pump.marks());
    } finally {
      Profile.spent(Phase.WRITE, start);
    }
  }

  /** See {@link LayerStore#commit}; {@code below} is what the stack below shows. */
  DiffId commit(Path upper, FileTree below, List<String> stubs) throws IOException {
    try (Removal removal = new Removal()) {
      UpperDiff diff = new UpperDiff(upper.toString(), trees.marks(), below, removal);
      long start = System.nanoTime();
      try {
        diff.normalise(stubs);
      } finally {
        Profile.spent(Phase.DIFF, start);
      }
      if (diff.isEmpty()) {
        trees.discard(upper);
        return LayerStore.EMPTY;
      }
      return adopt(upper, diff.marked() ? Marks.SOME : Marks.NONE);
    }
  }

  /**
   * Makes a layer of a directory that is an overlay tree on the store's file system, as it was
   * normalised by {@link UpperDiff}; the directory is moved into the store, or removed when the
   * layer is here already.
   *
   * @param directory absolute
   */
  private DiffId adopt(Path directory, Marks marks) throws IOException {
    long start = System.nanoTime();
    DiffId layer;
    Unpacked unpacked;
    try (Hashers.Hasher hasher = hashers.open()) {
      FetchListener listener = fetches.listener();
      TarPump pump =
          new TarPump(new ToldSink(hasher.sink(), hasher::sizeBytes, listener::committing));
      for (LayerEntry entry : new TreeEntries(directory.toString(), trees.marks())) {
        pump.take(entry);
      }
      pump.end();
      unpacked = new Unpacked(Origin.OWN, marks, hasher.sizeBytes(), null);
      layer = new DiffId(hasher.finish());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      Profile.spent(Phase.HASH, start);
    }
    start = System.nanoTime();
    trees.adopt(layer, directory, unpacked);
    Profile.spent(Phase.WRITE, start);
    return layer;
  }
}
