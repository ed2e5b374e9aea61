package dev.wadah.build.cache;

import dev.wadah.content.Store;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The cache as one build sees it: this machine's records first, then what others share; and a list
 * of all that the build used or made, for those who write a shared cache. Safe for threads.
 */
public final class StepCache {
  private final CacheStore local;
  private final SharedRecords shared;
  private final Set<SharedRecords.Result> used = ConcurrentHashMap.newKeySet();

  public StepCache(CacheStore local, SharedRecords shared) {
    this.local = local;
    this.shared = shared;
  }

  /** The record of a key whose layer can be had; one from elsewhere is kept here as well. */
  public Optional<CacheRecord> find(CacheKey key) throws IOException {
    Optional<CacheRecord> here = local.find(key, shared);
    if (here.isPresent()) {
      note(key.digest(), here.get());
      return here;
    }
    for (SharedRecords.Result result : shared.find(key.digest())) {
      if (shared.take(result)) {
        put(key, result.content(), result.layer(), result.created());
        return Optional.of(
            new CacheRecord(result.content(), result.layer(), result.created(), key.ingredients()));
      }
    }
    return Optional.empty();
  }

  /** Whether anybody shares anything with this build. */
  public boolean isShared() {
    return shared.exist();
  }

  /** All results of a key that others share; nothing is done with them yet. */
  public List<SharedRecords.Result> shared(CacheKey key) throws IOException {
    return shared.find(key.digest());
  }

  /**
   * Uses one of {@link #shared}; it becomes this machine's, too, unless that has one with all
   * bytes.
   *
   * @return false if its layer cannot be had
   */
  public boolean take(CacheKey key, SharedRecords.Result result) throws IOException {
    if (!shared.take(result)) {
      return false;
    }
    if (local.isHere(key)) {
      note(
          key.digest(),
          new CacheRecord(result.content(), result.layer(), result.created(), List.of()));
    } else {
      put(key, result.content(), result.layer(), result.created());
    }
    return true;
  }

  /** As {@link CacheStore#put}. */
  public void put(CacheKey key, Digest content, DiffId layer, Instant created) throws IOException {
    local.put(key, content, layer, created);
    note(key.digest(), new CacheRecord(content, layer, created, List.of()));
  }

  /** As {@link CacheStore#lock}. */
  public Store.Lock lock(CacheKey key) throws IOException {
    return local.lock(key);
  }

  /** A result is found by the key that it was asked for and by its content key. */
  private void note(Digest key, CacheRecord record) {
    for (Digest name : List.of(key, record.content())) {
      used.add(new SharedRecords.Result(name, record.content(), record.layer(), record.created()));
    }
  }

  /** All results that this build used or made so far, in no order. */
  public List<SharedRecords.Result> used() {
    return new ArrayList<>(used);
  }
}
