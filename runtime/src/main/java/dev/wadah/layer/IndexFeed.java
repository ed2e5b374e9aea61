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
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Makes the index of a layer that another thread unpacks, and keeps it when the layer turns out to
 * be what it should be; in a thread of its own, which begins when the layer is unpacked, so as not
 * to take a processor from that, or when the entries take much memory. For use by one other thread.
 */
final class IndexFeed implements LayerApplier.Watcher, AutoCloseable {
  private static final int BATCH = 256;
  private static final int BATCHES = 64;

  /** Characters of names that wait: deep directories have long ones. */
  private static final long MOST_TEXT = 8 << 20;

  /** A batch that tells the end. */
  private static final List<Seen> END = List.of();

  private final ArrayBlockingQueue<List<Seen>> full = new ArrayBlockingQueue<>(BATCHES);
  private final FutureTask<Void> index = new FutureTask<>(this::build);
  private final Keeper keeper;
  private List<Seen> batch = new ArrayList<>(BATCH);
  private final Map<String, byte[]> contents = new ConcurrentHashMap<>();
  private long text;
  private Thread thread;

  /** An entry and its path. */
  private record Seen(TarEntry entry, String path) {}

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
    batch.add(new Seen(entry, path));
    text += path.length();
    if (batch.size() == BATCH) {
      pass(batch);
      batch = new ArrayList<>(BATCH);
    }
  }

  private void pass(List<Seen> entries) throws IOException {
    if (text > MOST_TEXT) {
      start();
    }
    if (full.offer(entries)) {
      return;
    }
    start();
    try {
      full.put(entries);
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
        contents.remove(path); // it is not there, or nothing to be kept: the builder knows
      }
    }
    if (!batch.isEmpty()) {
      pass(batch);
    }
    pass(END);
    start();
  }

  private Void build() throws IOException, InterruptedException {
    IndexBuilder builder = new IndexBuilder();
    for (List<Seen> seen = full.take(); seen != END; seen = full.take()) {
      for (Seen each : seen) {
        builder.add(each.entry(), each.path());
      }
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
