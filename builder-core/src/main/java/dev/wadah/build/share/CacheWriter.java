package dev.wadah.build.share;

import static java.time.temporal.ChronoUnit.HOURS;

import dev.wadah.content.ParallelTransfers;
import dev.wadah.content.Store;
import dev.wadah.image.transfer.ImageCompression;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.registry.RegistryException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Adds the results of a build to a shared cache that others may be writing at the same moment.
 *
 * <p>Layers go first, as that takes long and disturbs nobody. Then a writer reads the manifest,
 * merges, looks whether it is still the one it read, and puts its own. A folder is locked
 * meanwhile. A registry knows no lock and no condition for a manifest, so two writers may both look
 * before either puts, and the later one hides what the earlier one added. Therefore a writer looks
 * again after it has waited twice as long as it needed from reading to putting, and begins anew
 * when its results are no longer there. See docs/shared-cache.md for what that guarantees.
 */
final class CacheWriter {
  /** A use that was noted so long ago is good enough; so a warm build writes once a day. */
  static final Duration GRACE = Duration.ofDays(1);

  /** With a descriptor of 190 bytes a layer, manifests stay below the 4 MiB that are common. */
  static final int MOST_LAYERS = 10_000;

  static final int MOST_RESULTS = 40_000;
  private static final int ATTEMPTS = 40;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);
  private static final Duration SHORTEST_WAIT = Duration.ofMillis(50);

  private final LayerBlobs layers;
  private final CacheTarget target;
  private final CacheStorage storage;

  CacheWriter(LayerBlobs layers, CacheTarget target, CacheStorage storage) {
    this.layers = layers;
    this.target = target;
    this.storage = storage;
  }

  /**
   * Writes results.
   *
   * @param results without blobs and indexes
   * @param outlined layers whose indexes others may need
   * @return whether anything had to be written
   * @throws IOException if the place refuses, or others write so often that it never succeeds
   */
  boolean write(CacheContents results, Set<DiffId> outlined, Instant now) throws IOException {
    Found found = readable();
    CacheContents own =
        results.withIndexes(indexes(outlined, found.contents(), now.truncatedTo(HOURS)));
    if (found.contents().holds(own, GRACE)) {
      return false;
    }
    CacheContents complete = own.withBlobs(upload(own, found.contents()));
    for (CacheContents.Index index : own.indexes().values()) {
      storage.put(index.blob(), () -> layers.openIndex(index.blob()));
    }
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (attempt > 1) {
        pause(Duration.ofMillis(ThreadLocalRandom.current().nextLong(1, 40L * attempt)));
        found = readable();
      }
      if (add(complete, found, now)) {
        return true;
      }
    }
    throw new IOException(
        "%s: others write this cache all the time; after %d attempts this build's results are not there"
            .formatted(target.place(), ATTEMPTS));
  }

  /** The indexes that are there already, and those that this machine can make. */
  private Map<DiffId, CacheContents.Index> indexes(
      Set<DiffId> outlined, CacheContents there, Instant used) throws IOException {
    Map<DiffId, CacheContents.Index> found = new HashMap<>();
    for (DiffId layer : outlined) {
      CacheContents.Index known = there.indexes().get(layer);
      Optional<Descriptor> blob = known == null ? layers.index(layer) : Optional.of(known.blob());
      blob.ifPresent(b -> found.put(layer, new CacheContents.Index(b, used)));
    }
    return found;
  }

  private Found readable() throws IOException {
    Found found = storage.read();
    if (found.kind() == Found.Kind.IMAGE) {
      throw new IOException(
          "%s is an image, which a cache of that name would replace; give the cache another tag"
              .formatted(target.place()));
    }
    return found;
  }

  /** Brings all layers there; those that the cache has already stay as they are. */
  private Map<DiffId, Descriptor> upload(CacheContents own, CacheContents there)
      throws IOException {
    Map<DiffId, Descriptor> blobs = new ConcurrentHashMap<>();
    List<Callable<Void>> tasks = new ArrayList<>();
    for (DiffId layer : own.layers()) {
      Descriptor known = there.blobs().get(layer);
      if (known != null && isRight(known)) {
        blobs.put(layer, known);
        continue;
      }
      tasks.add(
          () -> {
            blobs.put(layer, upload(layer));
            return null;
          });
    }
    ParallelTransfers.run(tasks);
    return new HashMap<>(blobs);
  }

  private boolean isRight(Descriptor blob) {
    if (target.media().layers().change() == ImageCompression.Change.PLAIN_ONLY) {
      return true;
    }
    String type = MediaTypes.toOciLayer(blob.mediaType());
    return switch (target.media().layers().format()) {
      case UNCOMPRESSED -> type.equals(MediaTypes.OCI_LAYER);
      case GZIP -> type.equals(MediaTypes.OCI_LAYER_GZIP);
      case ZSTD -> type.equals(MediaTypes.OCI_LAYER_ZSTD);
      case ESTARGZ, ZSTD_CHUNKED ->
          throw new IllegalStateException("no cache has layers with a list of their files");
    };
  }

  private Descriptor upload(DiffId layer) throws IOException {
    Descriptor blob = layers.of(layer, target.media().layers());
    storage.put(blob, () -> layers.open(layer, blob));
    return blob;
  }

  /** One attempt; false when somebody else was faster. */
  @SuppressWarnings("try") // the lock is held, not used
  private boolean add(CacheContents own, Found found, Instant now) throws IOException {
    long begin = System.nanoTime();
    CacheManifest.Written written;
    try (Store.Lock lock = storage.lock()) {
      Found current = storage.isExclusive() ? readable() : found;
      written = publish(own, current, now);
      if (written == null) {
        return false;
      }
      if (storage.isExclusive()) {
        return true;
      }
    }
    Duration window = Duration.ofNanos(System.nanoTime() - begin);
    Duration wait = window.multipliedBy(2).plus(SHORTEST_WAIT);
    pause(wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
    Digest mine = written.manifest().descriptor().digest();
    return storage.current().filter(mine::equals).isPresent()
        || readable().contents().holds(own, GRACE);
  }

  /** Merges and puts; null when the manifest is no longer the one that was read. */
  private CacheManifest.Written publish(CacheContents own, Found found, Instant now)
      throws IOException {
    CacheContents merged =
        found.contents().merge(own).current(now, target.keep()).limited(MOST_RESULTS, MOST_LAYERS);
    CacheManifest.Written written = prepare(merged);
    Optional<Digest> current = storage.current();
    if (found.kind() != Found.Kind.BROKEN && !current.equals(found.manifest())) {
      return null;
    }
    try {
      storage.publish(written.manifest());
      return written;
    } catch (RegistryException e) {
      if (e.status() != 400 && e.status() != 404) {
        throw e;
      }
      // A blob that the old manifest named is gone, and so a registry refuses the new one.
      CacheContents present = merged.withBlobs(present(merged.blobs()));
      CacheManifest.Written rest = prepare(present.withIndexes(presentIndexes(merged.indexes())));
      storage.publish(rest.manifest());
      return rest;
    }
  }

  private CacheManifest.Written prepare(CacheContents contents) throws IOException {
    CacheManifest.Written written = CacheManifest.write(contents, target.media().format());
    for (Map.Entry<Descriptor, byte[]> blob : written.blobs().entrySet()) {
      byte[] bytes = blob.getValue();
      storage.put(blob.getKey(), () -> new ByteArrayInputStream(bytes));
    }
    return written;
  }

  private Map<DiffId, Descriptor> present(Map<DiffId, Descriptor> blobs) throws IOException {
    Map<DiffId, Descriptor> present = new HashMap<>();
    for (Map.Entry<DiffId, Descriptor> blob : blobs.entrySet()) {
      if (storage.has(blob.getValue())) {
        present.put(blob.getKey(), blob.getValue());
      }
    }
    return present;
  }

  private Map<DiffId, CacheContents.Index> presentIndexes(Map<DiffId, CacheContents.Index> indexes)
      throws IOException {
    Map<DiffId, CacheContents.Index> present = new HashMap<>();
    for (Map.Entry<DiffId, CacheContents.Index> index : indexes.entrySet()) {
      if (storage.has(index.getValue().blob())) {
        present.put(index.getKey(), index.getValue());
      }
    }
    return present;
  }

  private static void pause(Duration duration) throws InterruptedIOException {
    try {
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while writing a shared cache");
    }
  }
}
