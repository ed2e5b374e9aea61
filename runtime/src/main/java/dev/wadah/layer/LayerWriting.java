package dev.wadah.layer;

import dev.wadah.content.ContentStore;
import dev.wadah.content.Hashers;
import dev.wadah.layer.LayerRecords.Marks;
import dev.wadah.layer.LayerRecords.Origin;
import dev.wadah.layer.LayerTrees.Unpacked;
import dev.wadah.oci.DiffId;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.io.Closeable;
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
  private final OwnTars ownTars;
  private final Fetches fetches;
  private final Hashers hashers = new Hashers();

  LayerWriting(ContentStore content, LayerTrees trees, OwnTars ownTars, Fetches fetches) {
    this.fetches = fetches;
    this.content = content;
    this.trees = trees;
    this.ownTars = ownTars;
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
      return ownTars.written(new DiffId(ingest.commit()), pump.marks());
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
      return ownTars.written(new DiffId(ingest.commit()), pump.marks());
    } finally {
      Profile.spent(Phase.WRITE, start);
    }
  }

  /** See {@link LayerStore#commit}; {@code below} is what the stack below shows. */
  DiffId commit(Path upper, FileTree below, List<String> stubs) throws IOException {
    try (Removal removal = new Removal();
        Tar tar = new Tar()) {
      long start = System.nanoTime();
      UpperDiff diff = new UpperDiff(upper.toString(), trees.marks(), below, removal);
      try {
        diff.normalise(stubs, tar);
      } finally {
        // Both go on in turn; they are told as if one came after the other.
        Profile.spent(Phase.DIFF, start, System.nanoTime() - start - tar.nanos);
      }
      if (diff.isEmpty()) {
        trees.discard(upper);
        return LayerStore.EMPTY;
      }
      Marks marks = diff.marked() ? Marks.SOME : Marks.NONE;
      return diff.isThinned() ? adopt(upper, marks) : adopt(upper, tar, marks);
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
    try (Tar tar = new Tar()) {
      for (LayerEntry entry : new TreeEntries(directory.toString(), trees.marks())) {
        tar.take(entry);
      }
      return adopt(directory, tar, marks);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** As {@link #adopt(Path, Marks)}, of a directory whose entries {@code tar} has taken. */
  private DiffId adopt(Path directory, Tar tar, Marks marks) throws IOException {
    DiffId layer = tar.end();
    long start = System.nanoTime();
    Unpacked unpacked = new Unpacked(Origin.OWN, marks, tar.hasher.sizeBytes(), null);
    trees.adopt(layer, directory, unpacked);
    Profile.spent(Phase.WRITE, start);
    return layer;
  }

  /** The tar of a layer of which nothing is kept but the digest. */
  private final class Tar implements LayerEntries.Sink, Closeable {
    private final Hashers.Hasher hasher = hashers.open();
    private final TarPump pump;
    private final boolean timed = Profile.isOn();

    /** What it took until now, when somebody wants to know. */
    private long nanos;

    private boolean told;

    Tar() {
      FetchListener listener = fetches.listener();
      pump = new TarPump(new ToldSink(hasher.sink(), hasher::sizeBytes, listener::committing));
    }

    @Override
    public void take(LayerEntry entry) throws IOException {
      long start = timed ? System.nanoTime() : 0;
      try {
        pump.take(entry);
      } finally {
        nanos += timed ? System.nanoTime() - start : 0;
      }
    }

    DiffId end() throws IOException {
      long start = System.nanoTime();
      try {
        pump.end();
        return new DiffId(hasher.finish());
      } finally {
        nanos += System.nanoTime() - start;
        tell();
      }
    }

    private void tell() {
      told = true;
      Profile.spent(Phase.HASH, System.nanoTime() - nanos, nanos);
    }

    /** Also of what was given up. */
    @Override
    public void close() {
      hasher.close();
      if (!told && nanos > 0) {
        tell();
      }
    }
  }
}
