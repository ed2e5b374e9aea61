package dev.wadah.build.context;

import dev.wadah.oci.Digest;
import dev.wadah.oci.Sha256;
import dev.wadah.posix.FileStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Content digests of the files of a directory, from the stat cache or by reading, in parallel where
 * there are many. A file that changes while it is read is read again; a digest is remembered only
 * when the file has rested long enough for its times to tell a later change.
 */
final class ContentDigests {
  private static final int ATTEMPTS = 3;
  private static final int SMALL_BYTES = 1 << 20;

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

  /** Digests in the order of the paths. */
  List<Digest> of(List<String> paths) throws IOException {
    Digest[] digests = new Digest[paths.size()];
    List<Integer> unknown = new ArrayList<>();
    for (int i = 0; i < digests.length; i++) {
      FileStatus status = tree.status(paths.get(i));
      Optional<Digest> known = status == null ? Optional.empty() : cache.find(paths.get(i), status);
      if (known.isPresent()) {
        digests[i] = known.get();
      } else {
        unknown.add(i);
      }
    }
    if (!unknown.isEmpty()) {
      readAll(paths, unknown, digests);
      cache.save();
    }
    return List.of(digests);
  }

  private void readAll(List<String> paths, List<Integer> unknown, Digest[] digests)
      throws IOException {
    int threads = Math.min(Runtime.getRuntime().availableProcessors(), unknown.size() / 16 + 1);
    if (unknown.size() < PARALLEL_FILES || threads == 1) {
      read(paths, unknown, digests, 0, 1);
      return;
    }
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int first = t;
        tasks.add(
            () -> {
              read(paths, unknown, digests, first, threads);
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

  private void read(
      List<String> paths, List<Integer> unknown, Digest[] digests, int first, int step)
      throws IOException {
    byte[] buffer = new byte[1 << 17];
    for (int i = first; i < unknown.size(); i += step) {
      int index = unknown.get(i);
      digests[index] = read(paths.get(index), buffer);
    }
  }

  private Digest read(String path, byte[] buffer) throws IOException {
    FileStatus before = tree.status(path);
    for (int attempt = 1; before != null; attempt++) {
      Digest digest = hash(path, before, buffer);
      FileStatus after = tree.look(path);
      if (after != null && StatCache.same(before, after)) {
        if (rested(after)) {
          cache.put(path, after, digest);
        }
        return digest;
      }
      if (attempt == ATTEMPTS) {
        throw tree.changing(path);
      }
      before = after;
    }
    throw new java.nio.file.NoSuchFileException(tree.root() + path, null, "it has just gone");
  }

  private Digest hash(String path, FileStatus status, byte[] buffer) throws IOException {
    MessageDigest sha = Sha256.create();
    if (status.sizeBytes() <= SMALL_BYTES) {
      return Digest.ofSha256(sha.digest(tree.read(path, SMALL_BYTES + 1)));
    }
    try (InputStream in = tree.openUnguarded(path)) {
      for (int n; (n = in.read(buffer)) >= 0; ) {
        sha.update(buffer, 0, n);
      }
    }
    return Digest.ofSha256(sha.digest());
  }

  /** Whether a later change would certainly show in the times of the file. */
  private static boolean rested(FileStatus status) {
    long newest = Math.max(status.mtimeNanos(), status.ctimeNanos());
    boolean coarse = status.ctimeNanos() % (1000 * MILLI) == 0;
    long age = System.currentTimeMillis() * MILLI - newest;
    return age > (coarse ? COARSE_REST_NANOS : REST_NANOS);
  }
}
