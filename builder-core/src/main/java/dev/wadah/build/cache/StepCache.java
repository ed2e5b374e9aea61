package dev.wadah.build.cache;

import dev.wadah.content.Store;
import dev.wadah.layer.IndexSource;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The cache as one build sees it: this machine's records first, then what others share; and a list
 * of all that the build used or made, for those who write a shared cache. Keys of this machine and
 * of shared records differ in one thing, see docs/cache-keys.md "Modes of context files". Safe for
 * threads.
 */
public final class StepCache {
  private final CacheStore local;
  private final SharedRecords shared;
  private final Purpose purpose;
  private final Set<SharedRecords.Result> used = ConcurrentHashMap.newKeySet();

  /** What becomes of the results that a build has used. */
  public enum Purpose {
    /** They stay on this machine. */
    OWN,
    /** They are written for others as well. */
    SHARED
  }

  /** Makes the form that a key has among shared records; asked for only when that is needed. */
  @FunctionalInterface
  public interface SharedForm {
    CacheKey key() throws IOException;
  }

  public StepCache(CacheStore local, SharedRecords shared, Purpose purpose) {
    this.local = local;
    this.shared = shared;
    this.purpose = purpose;
  }

  /** The record of a key whose layer can be had; one from elsewhere is kept here as well. */
  public Optional<CacheRecord> find(CacheKey key, SharedForm form) throws IOException {
    Optional<CacheRecord> here = local.find(key, shared);
    if (here.isPresent()) {
      note(form, here.get());
      return here;
    }
    if (!shared.exist()) {
      return Optional.empty();
    }
    for (SharedRecords.Result result : shared.find(form.key().digest())) {
      if (shared.take(result)) {
        CacheRecord record = record(result, key);
        put(key, form, record);
        return Optional.of(record);
      }
    }
    return Optional.empty();
  }

  private static CacheRecord record(SharedRecords.Result result, CacheKey key) {
    return new CacheRecord(result.content(), result.layer(), result.created(), key.ingredients());
  }

  /** Whether anybody shares anything with this build. */
  public boolean isShared() {
    return shared.exist();
  }

  /** All results that others share of a key in its shared form; nothing is done with them yet. */
  public List<SharedRecords.Result> shared(CacheKey key) throws IOException {
    return shared.find(key.digest());
  }

  /**
   * Uses one of {@link #shared}; it becomes this machine's, too, unless that has one with all
   * bytes.
   *
   * @return false if its layer cannot be had
   */
  public boolean take(CacheKey key, SharedForm form, SharedRecords.Result result)
      throws IOException {
    if (!shared.take(result)) {
      return false;
    }
    if (local.isHere(key)) {
      note(form, record(result, key));
    } else {
      put(key, form, record(result, key));
    }
    return true;
  }

  /** As {@link CacheStore#put}; the ingredients are the key's. */
  public void put(CacheKey key, SharedForm form, CacheRecord record) throws IOException {
    local.put(key, record.content(), record.layer(), record.created());
    note(form, record);
  }

  /** Whether this machine has a record of a key, be it of a layer that has gone. */
  public boolean isRecorded(CacheKey key) throws IOException {
    return local.isRecorded(key);
  }

  /** As {@link CacheStore#lock}. */
  public Store.Lock lock(CacheKey key) throws IOException {
    return local.lock(key);
  }

  /** Others find a result by the key that it was asked for and by its content key. */
  private void note(SharedForm form, CacheRecord record) throws IOException {
    if (purpose == Purpose.SHARED) {
      for (Digest name : List.of(form.key().digest(), record.content())) {
        used.add(
            new SharedRecords.Result(name, record.content(), record.layer(), record.created()));
      }
    }
  }

  /** The indexes of layers that others share; believed like their results, and kept nowhere. */
  public IndexSource indexes() {
    return shared;
  }

  /** All results that this build used or made so far, in no order; none for its own use. */
  public List<SharedRecords.Result> used() {
    return new ArrayList<>(used);
  }
}
