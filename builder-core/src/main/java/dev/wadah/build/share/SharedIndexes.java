package dev.wadah.build.share;

import dev.wadah.content.ContentStore;
import dev.wadah.content.DigestMismatchException;
import dev.wadah.layer.LayerIndex;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The indexes of layers that shared caches offer, each fetched once. All steps together wait for
 * them no longer than a given time, however many there are and however slowly their bytes drip:
 * without one the layer itself is asked. Safe for threads.
 */
final class SharedIndexes {
  private final ContentStore content;
  private final TakenLayers taken;
  private final Duration most;
  private final AtomicLong nanosLeft;
  private final Map<Digest, FutureTask<Optional<LayerIndex>>> fetched = new ConcurrentHashMap<>();

  /**
   * Indexes.
   *
   * @param taken told of what cannot be had
   * @param most how long steps may wait in all
   */
  SharedIndexes(ContentStore content, TakenLayers taken, Duration most) {
    this.content = content;
    this.taken = taken;
    this.most = most;
    this.nanosLeft = new AtomicLong(most.toNanos());
  }

  /**
   * Fetches an index, or takes what was fetched.
   *
   * @return empty when it cannot be had in time; the build's warnings name the first such
   */
  Optional<LayerIndex> get(Descriptor blob, CacheReader reader) throws IOException {
    if (content.has(blob.digest())) {
      return read(blob, reader);
    }
    if (nanosLeft.get() <= 0) {
      return Optional.empty(); // the one that used up the time was told of
    }
    FutureTask<Optional<LayerIndex>> mine = new FutureTask<>(() -> read(blob, reader));
    FutureTask<Optional<LayerIndex>> others = fetched.putIfAbsent(blob.digest(), mine);
    FutureTask<Optional<LayerIndex>> task = others == null ? mine : others;
    if (others == null) {
      Thread thread = new Thread(mine, "index");
      thread.setDaemon(true);
      thread.start();
    }
    return await(task, blob, reader);
  }

  private Optional<LayerIndex> await(
      FutureTask<Optional<LayerIndex>> task, Descriptor blob, CacheReader reader)
      throws InterruptedIOException {
    long start = System.nanoTime();
    try {
      return task.get(Math.max(0, nanosLeft.get()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      if (task.cancel(true)) {
        lost(blob, reader, "steps have waited %d s for names".formatted(most.toSeconds()));
      }
      return Optional.empty();
    } catch (CancellationException e) {
      return Optional.empty(); // it was told of
    } catch (ExecutionException e) {
      throw new IllegalStateException("the fetch of an index failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted in wait for a shared cache");
    } finally {
      nanosLeft.addAndGet(start - System.nanoTime());
    }
  }

  /**
   * Kept by what it is, not by the layer that the cache says it is of: others may say otherwise.
   */
  private Optional<LayerIndex> read(Descriptor blob, CacheReader reader) {
    try {
      if (!content.has(blob.digest())) {
        byte[] bytes;
        try (InputStream in = reader.storage().open(blob)) {
          bytes = in.readNBytes(CacheManifest.MAX_INDEX_BYTES);
        }
        if (!Digest.of(bytes).equals(blob.digest())) {
          throw new DigestMismatchException("an index", blob.digest(), Digest.of(bytes));
        }
        content.put(bytes);
      }
      return Optional.of(LayerIndex.parse(content.read(blob.digest())));
    } catch (InterruptedIOException e) {
      return Optional.empty(); // nobody waits for it any more
    } catch (IOException | IllegalArgumentException e) {
      lost(blob, reader, e.getMessage());
      return Optional.empty();
    }
  }

  private void lost(Descriptor blob, CacheReader reader, String why) {
    taken.lost(
        "the names in layer blob %s of the shared cache %s cannot be had: %s"
            .formatted(blob.digest(), reader.place(), why));
  }

  /** Fetches nothing any more. */
  void end() {
    fetched.values().forEach(task -> task.cancel(true));
  }
}
