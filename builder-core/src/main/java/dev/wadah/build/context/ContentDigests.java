package dev.wadah.build.context;

import dev.wadah.build.files.KeyItems;
import dev.wadah.build.files.ReadCount;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.NativeSha256;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Content hashes of the files of a directory, from the stat cache or by reading, in parallel where
 * there are many. A file that changes while it is read is read again; a hash is remembered only
 * when the file has rested long enough for its times to tell a later change.
 */
final class ContentDigests {
  private static final int HASH_BYTES = StatCache.SHA_BYTES;
  private static final int ATTEMPTS = 3;

  /** What is longer is hashed piece by piece, so that it can be interrupted. */
  private static final int SMALL_BYTES = 1 << 22;

  /** Files below which threads cost more than they gain. */
  private static final int PARALLEL_FILES = 64;

  private static final long MILLI = 1_000_000L;

  /** The kernel's clock for file times moves in steps of up to ten milliseconds. */
  private static final long REST_NANOS = 100 * MILLI;

  /** File systems that keep whole seconds only need a longer rest. */
  private static final long COARSE_REST_NANOS = 2_500 * MILLI;

  private final HostTree tree;
  private final StatCache cache;

  ContentDigests(HostTree tree, StatCache cache) {
    this.tree = tree;
    this.cache = cache;
  }

  /** Hashes in the order of the paths, {@value StatCache#SHA_BYTES} bytes each. */
  byte[] of(List<String> paths, ReadCount count) throws IOException {
    byte[] hashes = new byte[paths.size() * HASH_BYTES];
    List<Integer> unknown = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      Stamp stamp = tree.stamp(paths.get(i));
      if (stamp == null || !cache.find(paths.get(i), stamp, hashes, i * HASH_BYTES)) {
        unknown.add(i);
      }
    }
    if (!unknown.isEmpty()) {
      readAll(new Work(paths, unknown, hashes, new Stamp[unknown.size()], count));
      cache.saveIfMany();
    }
    return hashes;
  }

  /** Takes files of one directory into a key, as long as the stat cache knows them. */
  int take(StatCache.Row row, KeyItems items) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted(null);
    }
    return cache.take(row, items);
  }

  /** Keeps what was read for the next build. */
  void save() throws IOException {
    cache.save();
  }

  /** Files to be read, and what each was when it was read; null for what must not be kept. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Work(
      List<String> paths, List<Integer> unknown, byte[] hashes, Stamp[] stamps, ReadCount count) {}

  private void readAll(Work work) throws IOException {
    List<Integer> unknown = work.unknown;
    int threads = Math.min(Runtime.getRuntime().availableProcessors(), unknown.size() / 16 + 1);
    if (unknown.size() < PARALLEL_FILES || threads == 1) {
      read(work, 0, 1);
    } else {
      readParallel(work, threads);
    }
    // in their order, in which the next build will look for them
    for (int i = 0; i < unknown.size(); i++) {
      if (work.stamps[i] != null) {
        int index = unknown.get(i);
        cache.put(work.paths.get(index), work.stamps[i], work.hashes, index * HASH_BYTES);
      }
    }
  }

  private void readParallel(Work work, int threads) throws IOException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int first = t;
        tasks.add(
            () -> {
              read(work, first, threads);
              return null;
            });
      }
      for (Future<Void> done : pool.invokeAll(tasks)) {
        done.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException("hashing failed", e);
    } finally {
      pool.shutdownNow();
    }
  }

  private static IOException interrupted(InterruptedException e) {
    InterruptedIOException stop = new InterruptedIOException("hashing was interrupted");
    stop.initCause(e);
    return stop;
  }

  private void read(Work work, int first, int step) throws IOException {
    for (int i = first; i < work.unknown.size(); i += step) {
      if (Thread.currentThread().isInterrupted()) {
        throw interrupted(null);
      }
      int index = work.unknown.get(i);
      Stamp stamp = read(work, index);
      work.stamps[i] = rested(stamp) ? stamp : null; // judged at once: files rest meanwhile
    }
  }

  private Stamp read(Work work, int index) throws IOException {
    String path = work.paths.get(index);
    Stamp before = tree.stamp(path);
    for (int attempt = 1; before != null; attempt++) {
      if (hash(path, before, work, index * HASH_BYTES)) {
        return before;
      }
      if (attempt == ATTEMPTS) {
        throw tree.changing(path);
      }
      FileStatus now = tree.look(path);
      before = now == null ? null : Stamp.of(now);
    }
    throw new NoSuchFileException(tree.root() + path, null, "it has just gone");
  }

  /** False when the file is not as it was before. */
  private boolean hash(String path, Stamp before, Work work, int at) throws IOException {
    if (before.sizeBytes() <= SMALL_BYTES) {
      long[] after = new long[4];
      tree.hash(path, work.hashes, at, after);
      work.count.bytes(before.sizeBytes());
      return before.is(after, 0);
    }
    NativeSha256 sha = new NativeSha256();
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
    try (OpenFile file = tree.openFile(path)) {
      for (int n; (n = file.read(buffer)) > 0; ) {
        sha.update(buffer.limit(n).position(0));
        work.count.bytes(n);
        if (Thread.currentThread().isInterrupted()) {
          throw interrupted(null);
        }
      }
      System.arraycopy(sha.digest(), 0, work.hashes, at, HASH_BYTES);
      return before.equals(file.stamp());
    }
  }

  /** Whether a later change would certainly show in the times of the file. */
  private static boolean rested(Stamp stamp) {
    long newest = Math.max(stamp.mtimeNanos(), stamp.ctimeNanos());
    boolean coarse = stamp.ctimeNanos() % (1000 * MILLI) == 0;
    long age = System.currentTimeMillis() * MILLI - newest;
    return age > (coarse ? COARSE_REST_NANOS : REST_NANOS);
  }
}
