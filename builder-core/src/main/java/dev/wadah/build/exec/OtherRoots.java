package dev.wadah.build.exec;

import dev.wadah.build.cache.CacheRecord;
import dev.wadah.build.cache.SharedRecords;
import dev.wadah.build.cache.StepCache;
import dev.wadah.build.exec.VertexResult.Root;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The same step makes other bytes on each machine, and what is built upon it is found by these
 * bytes. So when a step is not found on the root that this build has, it may be found on one that
 * the same instructions gave elsewhere, as long as others share it; then the build goes on there.
 * Files of the root that is left may have been used by other steps: that is as if those had been
 * cached by another build. Safe for threads.
 */
final class OtherRoots {
  /** So many roots are thought of in the place of one. */
  private static final int MOST_ROOTS = 16;

  private static final int MOST_CHOICES = 64;

  private final StepCache cache;
  private final Map<Digest, Origin> origins = new ConcurrentHashMap<>();
  private final Map<Digest, List<Root>> others = new ConcurrentHashMap<>();

  OtherRoots(StepCache cache) {
    this.cache = cache;
  }

  /**
   * How a root came about.
   *
   * @param key of the step, without a look at files of stages
   * @param shared the result that it is; empty for what this build has anyway
   */
  private record Origin(
      StepKey key, List<VertexResult> inputs, Optional<SharedRecords.Result> shared) {}

  /**
   * A step's result on other roots than those that were asked for.
   *
   * @param key under which it was found
   * @param inputs with the other roots in their places
   */
  record Found(CacheRecord record, StepKey key, List<VertexResult> inputs) {}

  /** Remembers what a root is the result of; not for a step that had to be done anew. */
  void note(VertexResult result, StepKey key, List<VertexResult> inputs) {
    if (cache.isShared() && result instanceof Root root) {
      origins.putIfAbsent(root.key(), new Origin(key, inputs, Optional.empty()));
    }
  }

  /** A step's result on other roots; its layers and theirs are known to the layer store then. */
  Optional<Found> find(StepKey key, List<VertexResult> inputs) throws IOException {
    if (!cache.isShared()) {
      return Optional.empty();
    }
    for (Map<Digest, Root> choice : choices(inputs)) {
      if (!choice.isEmpty()) {
        StepKey other = key(key, choice);
        List<VertexResult> roots = inputs(inputs, choice);
        boolean there = !cache.shared(other.shared()).isEmpty() && take(roots);
        Optional<CacheRecord> record =
            there ? cache.find(other.own(), other::shared) : Optional.empty();
        if (record.isPresent()) {
          return Optional.of(new Found(record.get(), other, roots));
        }
      }
    }
    return Optional.empty();
  }

  /** Makes all layers of other roots known, from the first one on that is another. */
  private boolean take(List<VertexResult> inputs) throws IOException {
    for (VertexResult input : inputs) {
      Origin origin = input instanceof Root root ? origins.get(root.key()) : null;
      if (origin != null && origin.shared().isPresent()) {
        StepKey key = origin.key();
        boolean there =
            take(origin.inputs()) && cache.take(key.own(), key::shared, origin.shared().get());
        if (!there) {
          return false;
        }
      }
    }
    return true;
  }

  /** Other roots that the same instructions gave elsewhere. */
  private List<Root> others(Root root) throws IOException {
    List<Root> known = others.get(root.key());
    if (known != null) {
      return known;
    }
    List<Root> found = new ArrayList<>();
    Origin origin = origins.get(root.key());
    if (origin != null) {
      for (Map<Digest, Root> choice : choices(origin.inputs())) {
        add(root, origin, choice, found);
      }
    }
    others.put(root.key(), found);
    return found;
  }

  private void add(Root root, Origin origin, Map<Digest, Root> choice, List<Root> found)
      throws IOException {
    StepKey key = key(origin.key(), choice);
    List<VertexResult> inputs = inputs(origin.inputs(), choice);
    for (SharedRecords.Result result : cache.shared(key.shared())) {
      Root other =
          StepKeys.result(result.content(), (Root) inputs.get(0), result.layer(), result.created());
      boolean isNew = !other.key().equals(root.key()) && found.size() < MOST_ROOTS;
      if (isNew && found.stream().noneMatch(f -> f.key().equals(other.key()))) {
        found.add(other);
        origins.putIfAbsent(other.key(), new Origin(key, inputs, Optional.of(result)));
      }
    }
  }

  /** Ways to put other roots in the places of some; the first leaves all as they are. */
  private List<Map<Digest, Root>> choices(List<VertexResult> inputs) throws IOException {
    List<Map<Digest, Root>> choices = new ArrayList<>(List.of(Map.of()));
    Map<Digest, List<Root>> places = new LinkedHashMap<>();
    for (VertexResult input : inputs) {
      if (input instanceof Root root && !places.containsKey(root.key())) {
        places.put(root.key(), others(root));
      }
    }
    for (Map.Entry<Digest, List<Root>> place : places.entrySet()) {
      for (Map<Digest, Root> choice : List.copyOf(choices)) {
        for (Root other : place.getValue()) {
          if (choices.size() < MOST_CHOICES) {
            Map<Digest, Root> more = new LinkedHashMap<>(choice);
            more.put(place.getKey(), other);
            choices.add(more);
          }
        }
      }
    }
    return choices;
  }

  private static List<VertexResult> inputs(List<VertexResult> inputs, Map<Digest, Root> choice) {
    List<VertexResult> chosen = new ArrayList<>(inputs.size());
    for (VertexResult input : inputs) {
      Root other = input instanceof Root root ? choice.get(root.key()) : null;
      chosen.add(other == null ? input : other);
    }
    return chosen;
  }

  /** The key with the names of other roots in it. */
  private static StepKey key(StepKey key, Map<Digest, Root> choice) {
    if (choice.isEmpty()) {
      return key;
    }
    Map<String, String> names = new LinkedHashMap<>();
    choice.forEach((from, to) -> names.put(from.toString(), to.key().toString()));
    return key.on(names);
  }
}
