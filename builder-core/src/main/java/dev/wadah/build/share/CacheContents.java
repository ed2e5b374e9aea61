package dev.wadah.build.share;

import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What a shared cache holds. Results and aliases of two caches merge to the same ones in whatever
 * order that happens, so writers may merge what others wrote as often as they like.
 *
 * @param results by content key, the best first: a step that ran on several machines made other
 *     bytes on each, and what was built upon them is found by those bytes only
 * @param aliases further keys of results
 * @param blobs the layers of the results; that of the empty layer is not needed
 * @param indexes of layers that steps looked names up in; bases' among them, which have no blob
 */
record CacheContents(
    Map<Digest, List<Result>> results,
    Map<Digest, Alias> aliases,
    Map<DiffId, Descriptor> blobs,
    Map<DiffId, Index> indexes) {
  /** So many results of one step are kept. */
  static final int MOST_ALTERNATIVES = 8;

  static final CacheContents EMPTY = new CacheContents(Map.of(), Map.of(), Map.of());

  CacheContents {
    results = Collections.unmodifiableMap(new TreeMap<>(results));
    aliases = Collections.unmodifiableMap(new TreeMap<>(aliases));
    blobs = Map.copyOf(blobs);
    indexes = Map.copyOf(indexes);
  }

  /** Contents without an index. */
  CacheContents(
      Map<Digest, List<Result>> results,
      Map<Digest, Alias> aliases,
      Map<DiffId, Descriptor> blobs) {
    this(results, aliases, blobs, Map.of());
  }

  /**
   * The names in a layer, {@link dev.wadah.layer.LayerIndex}.
   *
   * @param blob its bytes
   * @param used when a build that writes the cache last used the layer
   */
  record Index(Descriptor blob, Instant used) {
    static Index better(Index a, Index b) {
      int order = a.used.compareTo(b.used);
      if (order == 0) {
        order = b.blob.digest().compareTo(a.blob.digest());
      }
      return order >= 0 ? a : b;
    }
  }

  /**
   * What a step made.
   *
   * @param created when it was made
   * @param used when a build that writes the cache last used it
   */
  record Result(DiffId layer, Instant created, Instant used) {
    /** The newest first, so that a step that was run again on purpose wins over what was before. */
    static final Comparator<Result> BEST_FIRST =
        Comparator.comparing(Result::created)
            .reversed()
            .thenComparing(result -> result.layer().digest());

    /** Both, of the same layer. */
    static Result joined(Result a, Result b) {
      return new Result(a.layer, later(a.created, b.created), later(a.used, b.used));
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
    Map<Digest, List<Result>> allResults = new TreeMap<>(results);
    other.results.forEach((key, list) -> allResults.merge(key, list, CacheContents::joined));
    Map<Digest, Alias> allAliases = new TreeMap<>(aliases);
    other.aliases.forEach((key, alias) -> allAliases.merge(key, alias, Alias::better));
    Map<DiffId, Descriptor> allBlobs = new HashMap<>(blobs);
    allBlobs.putAll(other.blobs);
    Map<DiffId, Index> allIndexes = new HashMap<>(indexes);
    other.indexes.forEach((layer, index) -> allIndexes.merge(layer, index, Index::better));
    return new CacheContents(allResults, allAliases, allBlobs, allIndexes);
  }

  /** The best of both lists. */
  static List<Result> joined(List<Result> a, List<Result> b) {
    Map<DiffId, Result> byLayer = new HashMap<>();
    a.forEach(result -> byLayer.put(result.layer(), result));
    b.forEach(result -> byLayer.merge(result.layer(), result, Result::joined));
    List<Result> all = new ArrayList<>(byLayer.values());
    all.sort(Result.BEST_FIRST);
    return List.copyOf(all.subList(0, Math.min(all.size(), MOST_ALTERNATIVES)));
  }

  /** The results that a test lets pass, and the keys that still have one. */
  private Map<Digest, List<Result>> only(Predicate<Result> test) {
    Map<Digest, List<Result>> kept = new TreeMap<>();
    results.forEach(
        (key, list) -> {
          List<Result> rest = list.stream().filter(test).toList();
          if (!rest.isEmpty()) {
            kept.put(key, rest);
          }
        });
    return kept;
  }

  /** The same results with these blobs only; those without a blob go. */
  CacheContents withBlobs(Map<DiffId, Descriptor> newBlobs) {
    return new CacheContents(results, aliases, newBlobs, indexes).sound();
  }

  /** The same with these indexes only. */
  CacheContents withIndexes(Map<DiffId, Index> newIndexes) {
    return new CacheContents(results, aliases, blobs, newIndexes);
  }

  /** The results whose layer is one of {@code layers}, or the empty one. */
  CacheContents ofLayers(Set<DiffId> layers) {
    Map<Digest, List<Result>> kept = only(r -> layers.contains(r.layer()) || isEmpty(r.layer()));
    Map<Digest, Alias> named = new TreeMap<>(aliases);
    named.values().removeIf(alias -> !kept.containsKey(alias.content()));
    return new CacheContents(kept, named, blobs, indexes);
  }

  /** Without results whose layer has no blob, aliases of nothing, blobs that no result needs. */
  CacheContents sound() {
    Map<Digest, List<Result>> kept = only(r -> isEmpty(r.layer()) || blobs.containsKey(r.layer()));
    Map<Digest, Alias> named = new TreeMap<>(aliases);
    named.entrySet().removeIf(e -> !kept.containsKey(e.getValue().content()));
    named.keySet().removeAll(kept.keySet());
    Set<DiffId> needed = layersOf(kept);
    Map<DiffId, Descriptor> rest = new HashMap<>(blobs);
    rest.keySet().retainAll(needed);
    return new CacheContents(kept, named, rest, indexes);
  }

  /** The layers that need a blob. */
  Set<DiffId> layers() {
    return layersOf(results);
  }

  private static Set<DiffId> layersOf(Map<Digest, List<Result>> results) {
    Set<DiffId> layers = new HashSet<>();
    for (List<Result> list : results.values()) {
      for (Result result : list) {
        if (!isEmpty(result.layer())) {
          layers.add(result.layer());
        }
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
    Map<Digest, List<Result>> kept =
        only(r -> !r.used().isBefore(limit) && r.created().isBefore(latest));
    kept.replaceAll(
        (key, list) ->
            list.stream()
                .map(r -> new Result(r.layer(), r.created(), earlier(r.used(), now)))
                .toList());
    Map<Digest, Alias> named = new TreeMap<>();
    aliases.forEach(
        (key, alias) -> {
          if (!alias.used().isBefore(limit)) {
            named.put(key, new Alias(alias.content(), earlier(alias.used(), now)));
          }
        });
    Map<DiffId, Index> recent = new HashMap<>();
    indexes.forEach(
        (layer, index) -> {
          if (!index.used().isBefore(limit)) {
            recent.put(layer, new Index(index.blob(), earlier(index.used(), now)));
          }
        });
    return new CacheContents(kept, named, blobs, recent).sound();
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  /** The results that were used last, as many as fit into a manifest. */
  CacheContents limited(int mostResults, int mostLayers) {
    return withIndexes(lastUsed(mostLayers / 4)).limitedResults(mostResults, mostLayers);
  }

  private Map<DiffId, Index> lastUsed(int most) {
    List<Map.Entry<DiffId, Index>> all = new ArrayList<>(indexes.entrySet());
    all.sort(
        Comparator.comparing((Map.Entry<DiffId, Index> e) -> e.getValue().used())
            .reversed()
            .thenComparing(e -> e.getKey().digest()));
    Map<DiffId, Index> kept = new HashMap<>();
    all.subList(0, Math.min(most, all.size())).forEach(e -> kept.put(e.getKey(), e.getValue()));
    return kept;
  }

  private CacheContents limitedResults(int mostResults, int mostLayers) {
    List<Result> all = new ArrayList<>();
    results.values().forEach(all::addAll);
    if (all.size() <= mostResults && blobs.size() <= mostLayers) {
      return this;
    }
    all.sort(Comparator.comparing(Result::used).reversed().thenComparing(Result.BEST_FIRST));
    Set<Result> kept = new HashSet<>();
    Set<DiffId> layers = new HashSet<>();
    for (Result result : all) {
      if (kept.size() == mostResults) {
        break;
      }
      if (layers.contains(result.layer()) || layers.size() < mostLayers) {
        layers.add(result.layer());
        kept.add(result);
      }
    }
    return new CacheContents(only(kept::contains), aliases, blobs, indexes).sound();
  }

  /**
   * Whether everything of {@code other} is here, or something newer in its place.
   *
   * @param grace how much longer ago than there its use may be noted
   */
  boolean holds(CacheContents other, Duration grace) {
    for (Map.Entry<Digest, List<Result>> entry : other.results.entrySet()) {
      List<Result> mine = results.getOrDefault(entry.getKey(), List.of());
      for (Result theirs : entry.getValue()) {
        if (!holds(mine, theirs, grace)) {
          return false;
        }
      }
    }
    for (Map.Entry<Digest, Alias> entry : other.aliases.entrySet()) {
      Alias mine = aliases.get(entry.getKey());
      if (mine == null || mine.used().isBefore(entry.getValue().used().minus(grace))) {
        return false;
      }
    }
    for (Map.Entry<DiffId, Index> entry : other.indexes.entrySet()) {
      Index mine = indexes.get(entry.getKey());
      if (mine == null || mine.used().isBefore(entry.getValue().used().minus(grace))) {
        return false;
      }
    }
    return true;
  }

  private boolean holds(List<Result> mine, Result theirs, Duration grace) {
    boolean crowded = mine.size() == MOST_ALTERNATIVES;
    for (Result result : mine) {
      boolean same = result.layer().equals(theirs.layer());
      if (same && !result.used().isBefore(theirs.used().minus(grace))) {
        return isEmpty(result.layer()) || blobs.containsKey(result.layer());
      }
      crowded &= Result.BEST_FIRST.compare(result, theirs) < 0;
    }
    return crowded;
  }
}
