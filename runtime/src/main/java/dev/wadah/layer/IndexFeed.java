package dev.wadah.layer;

import dev.wadah.layer.tar.TarEntry;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Makes the index of a layer that another thread unpacks, and keeps it when the layer turns out to
 * be what it should be; in a thread of its own, which begins when the layer is unpacked, so as not
 * to take a processor from that, or when the entries take much memory. For use by one other thread.
 */
final class IndexFeed implements LayerApplier.Watcher, AutoCloseable {
  /** Entries that the two threads hand over at once. */
  private static final int BATCH = 256;

  /** What may wait: some 50,000 entries with usual names, and few with hostile ones. */
  private static final int ROOM_BYTES = 16 << 20;

  private static final int BATCH_BYTES = 1 << 20;

  /** An entry without its names. */
  private static final int ENTRY_BYTES = 200;

  private static final int GLANCE_MILLIS = 100;

  /** A batch that tells the end. */
  private static final Batch END = new Batch();

  private final BlockingQueue<Batch> full = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(ROOM_BYTES);
  private final FutureTask<Void> index = new FutureTask<>(this::build);
  private final Keeper keeper;
  private final Map<String, byte[]> contents = new ConcurrentHashMap<>();
  private Batch batch = new Batch();
  private Thread thread;

  /** Some entries, their paths, and about what they take. */
  private static final class Batch {
    private final List<TarEntry> entries = new ArrayList<>(BATCH);
    private final List<String> paths = new ArrayList<>(BATCH);
    private int bytes;

    void add(TarEntry entry, String path) {
      entries.add(entry);
      paths.add(path);
      long names = 2L * path.length() + entry.link().length();
      bytes = (int) Math.min(ROOM_BYTES, bytes + ENTRY_BYTES + names);
    }
  }

  /** Keeps an index. */
  @FunctionalInterface
  interface Keeper {
    void keep(LayerIndex index) throws IOException;
  }

  /** A feed whose result goes to {@code keeper}. */
  IndexFeed(Keeper keeper) {
    this.keeper = keeper;
  }

  @Override
  public void entry(TarEntry entry, String path) throws IOException {
    batch.add(entry, path);
    if (batch.entries.size() == BATCH || batch.bytes >= BATCH_BYTES) {
      pass();
    }
  }

  private void pass() throws IOException {
    if (!room.tryAcquire(batch.bytes)) {
      start();
      awaitRoom();
    }
    if (!index.isDone()) { // else it failed, which await tells
      full.add(batch);
    }
    batch = new Batch();
  }

  private void awaitRoom() throws IOException {
    try {
      boolean there = false;
      while (!there && !index.isDone()) {
        there = room.tryAcquire(batch.bytes, GLANCE_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void start() {
    if (thread == null) {
      thread = new Thread(index, "index");
      thread.setDaemon(true);
      thread.start();
    }
  }

  @Override
  public void unpacked(String tree) throws IOException {
    // The tree is moved while the index is made.
    for (String path : LayerIndex.KEPT_FILES) {
      try {
        contents.put(path, Posix.readBeneath(tree, path, LayerIndex.MOST_KEPT_BYTES));
      } catch (PosixException e) {
        // It is not there, or nothing to be kept, which the builder knows.
      }
    }
    pass();
    full.add(END);
    start();
  }

  private Void build() throws IOException, InterruptedException {
    IndexBuilder builder = new IndexBuilder();
    for (Batch seen = full.take(); seen != END; seen = full.take()) {
      for (int i = 0; i < seen.entries.size(); i++) {
        builder.add(seen.entries.get(i), seen.paths.get(i));
      }
      room.release(seen.bytes);
    }
    for (String kept : builder.wanted()) {
      if (contents.containsKey(kept)) {
        builder.keep(kept, contents.get(kept));
      }
    }
    Optional<LayerIndex> built = builder.build();
    if (built.isPresent()) {
      keeper.keep(built.get());
    }
    return null;
  }

  /** Waits until the index is kept, if there is one. */
  void await() throws IOException {
    try {
      index.get();
    } catch (InterruptedException e) {
      close();
      throw interrupted(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException("cannot make the index of a layer", e.getCause());
    }
  }

  private static IOException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    InterruptedIOException ended =
        new InterruptedIOException("interrupted while unpacking a layer");
    ended.initCause(cause);
    return ended;
  }

  /** Gives up what is not done. */
  @Override
  public void close() {
    index.cancel(true);
  }
}
