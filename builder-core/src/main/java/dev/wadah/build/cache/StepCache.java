package dev.wadah.build.cache;

import dev.wadah.content.Store;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The cache as one build sees it: this machine's records first, then what others share; and a list
 * of all that the build used or made, for those who write a shared cache. Safe for threads.
 */
public final class StepCache {
  private final CacheStore local;
  private final SharedRecords shared;
  private final Map<Digest, SharedRecords.Result> used = new ConcurrentHashMap<>();

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
    Optional<SharedRecords.Result> found = shared.find(key.digest());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    SharedRecords.Result result = found.get();
    put(key, result.content(), result.layer(), result.created());
    return Optional.of(
        new CacheRecord(result.content(), result.layer(), result.created(), key.ingredients()));
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
      used.put(
          name, new SharedRecords.Result(name, record.content(), record.layer(), record.created()));
    }
  }

  /** All results that this build used or made so far, in no order. */
  public List<SharedRecords.Result> used() {
    return new ArrayList<>(used.values());
  }
}
