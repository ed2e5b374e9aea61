package dev.wadah.build.share;

import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a shared cache holds. Results and aliases of two caches merge to the same ones in whatever
 * order that happens, so writers may merge what others wrote as often as they like.
 *
 * @param results by content key
 * @param aliases further keys of results
 * @param blobs the layers of the results; that of the empty layer is not needed
 */
record CacheContents(
    Map<Digest, Result> results, Map<Digest, Alias> aliases, Map<DiffId, Descriptor> blobs) {
  static final CacheContents EMPTY = new CacheContents(Map.of(), Map.of(), Map.of());

  CacheContents {
    results = Collections.unmodifiableMap(new TreeMap<>(results));
    aliases = Collections.unmodifiableMap(new TreeMap<>(aliases));
    blobs = Map.copyOf(blobs);
  }

  /**
   * What a step made.
   *
   * @param created when it was made
   * @param used when a build that writes the cache last used it
   */
  record Result(DiffId layer, Instant created, Instant used) {
    /** The newer one, so that a step that was run again on purpose wins over what was before. */
    static Result better(Result a, Result b) {
      int order = a.created.compareTo(b.created);
      if (order == 0) {
        order = b.layer.digest().compareTo(a.layer.digest());
      }
      Result better = order >= 0 ? a : b;
      return new Result(better.layer, better.created, later(a.used, b.used));
    }
  }

  /**
   * A key that needs no file of a stage.
   *
   * @param content the content key that it stands for
   */
  record Alias(Digest content, Instant used) {
    static Alias better(Alias a, Alias b) {
      int order = a.used.compareTo(b.used);
      if (order == 0) {
        order = b.content.compareTo(a.content);
      }
      return order >= 0 ? a : b;
    }
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  /** Both; where a layer has two blobs, the one of {@code other}. */
  CacheContents merge(CacheContents other) {
    Map<Digest, Result> allResults = new TreeMap<>(results);
    other.results.forEach((key, result) -> allResults.merge(key, result, Result::better));
    Map<Digest, Alias> allAliases = new TreeMap<>(aliases);
    other.aliases.forEach((key, alias) -> allAliases.merge(key, alias, Alias::better));
    Map<DiffId, Descriptor> allBlobs = new java.util.HashMap<>(blobs);
    allBlobs.putAll(other.blobs);
    return new CacheContents(allResults, allAliases, allBlobs);
  }

  /** The same results with these blobs only; those without a blob go. */
  CacheContents withBlobs(Map<DiffId, Descriptor> newBlobs) {
    return new CacheContents(results, aliases, newBlobs).sound();
  }

  /** The results whose layer is one of {@code layers}, or the empty one. */
  CacheContents ofLayers(Set<DiffId> layers) {
    Map<Digest, Result> kept = new TreeMap<>(results);
    kept.values().removeIf(r -> !layers.contains(r.layer()) && !isEmpty(r.layer()));
    Map<Digest, Alias> named = new TreeMap<>(aliases);
    named.values().removeIf(alias -> !kept.containsKey(alias.content()));
    return new CacheContents(kept, named, blobs);
  }

  /** Without results whose layer has no blob, aliases of nothing, blobs that no result needs. */
  CacheContents sound() {
    Map<Digest, Result> kept = new TreeMap<>(results);
    kept.values().removeIf(r -> !isEmpty(r.layer()) && !blobs.containsKey(r.layer()));
    Map<Digest, Alias> named = new TreeMap<>(aliases);
    named.entrySet().removeIf(e -> !kept.containsKey(e.getValue().content()));
    named.keySet().removeAll(kept.keySet());
    Set<DiffId> needed = layersOf(kept);
    Map<DiffId, Descriptor> rest = new java.util.HashMap<>(blobs);
    rest.keySet().retainAll(needed);
    return new CacheContents(kept, named, rest);
  }

  /** The layers that need a blob. */
  Set<DiffId> layers() {
    return layersOf(results);
  }

  private static Set<DiffId> layersOf(Map<Digest, Result> results) {
    Set<DiffId> layers = new HashSet<>();
    for (Result result : results.values()) {
      if (!isEmpty(result.layer())) {
        layers.add(result.layer());
      }
    }
    return layers;
  }

  private static boolean isEmpty(DiffId layer) {
    return layer.equals(LayerStore.EMPTY);
  }

  /**
   * Without what nobody used for {@code keep}, and without what was made in the future, which would
   * win over all that comes. Uses in the future become now.
   */
  CacheContents current(Instant now, Duration keep) {
    Instant limit = now.minus(keep);
    Instant latest = now.plus(Duration.ofDays(1));
    Map<Digest, Result> kept = new TreeMap<>();
    results.forEach(
        (key, r) -> {
          if (!r.used().isBefore(limit) && r.created().isBefore(latest)) {
            kept.put(key, new Result(r.layer(), r.created(), earlier(r.used(), now)));
          }
        });
    Map<Digest, Alias> named = new TreeMap<>();
    aliases.forEach(
        (key, alias) -> {
          if (!alias.used().isBefore(limit)) {
            named.put(key, new Alias(alias.content(), earlier(alias.used(), now)));
          }
        });
    return new CacheContents(kept, named, blobs).sound();
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  /** The results that were used last, as many as fit into a manifest. */
  CacheContents limited(int mostResults, int mostLayers) {
    if (results.size() <= mostResults && blobs.size() <= mostLayers) {
      return this;
    }
    List<Map.Entry<Digest, Result>> order = new ArrayList<>(results.entrySet());
    order.sort(
        Map.Entry.<Digest, Result>comparingByValue(
                java.util.Comparator.comparing(Result::used).reversed())
            .thenComparing(Map.Entry.comparingByKey()));
    Map<Digest, Result> kept = new TreeMap<>();
    Set<DiffId> layers = new HashSet<>();
    for (Map.Entry<Digest, Result> entry : order) {
      if (kept.size() == mostResults) {
        break;
      }
      if (layers.contains(entry.getValue().layer()) || layers.size() < mostLayers) {
        layers.add(entry.getValue().layer());
        kept.put(entry.getKey(), entry.getValue());
      }
    }
    return new CacheContents(kept, aliases, blobs).sound();
  }

  /**
   * Whether everything of {@code other} is here, or something newer in its place.
   *
   * @param grace how much longer ago than there its use may be noted
   */
  boolean holds(CacheContents other, Duration grace) {
    for (Map.Entry<Digest, Result> entry : other.results.entrySet()) {
      Result mine = results.get(entry.getKey());
      Result theirs = entry.getValue();
      if (mine == null
          || mine.used().isBefore(theirs.used().minus(grace))
          || (!mine.layer().equals(theirs.layer()) && mine.created().isBefore(theirs.created()))
          || !(isEmpty(mine.layer()) || blobs.containsKey(mine.layer()))) {
        return false;
      }
    }
    for (Map.Entry<Digest, Alias> entry : other.aliases.entrySet()) {
      Alias mine = aliases.get(entry.getKey());
      if (mine == null || mine.used().isBefore(entry.getValue().used().minus(grace))) {
        return false;
      }
    }
    return true;
  }
}
