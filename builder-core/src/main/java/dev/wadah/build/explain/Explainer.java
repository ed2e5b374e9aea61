package dev.wadah.build.explain;

import dev.wadah.build.explain.StepMemories.Kept;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Remembers the steps that one build does, and says why it must do them when it is asked to. Safe
 * for threads. See docs/explain.md.
 */
public final class Explainer {
  private static final int LONGEST_NAME = 60;

  /** So many steps are named as the ones that began it. */
  private static final int NAMED = 2;

  private final StepMemories memories;
  private final List<Vertex> vertices;
  private final Surroundings surroundings;
  private String dockerfile = "";

  /** What is known of a stage's steps of earlier builds. */
  private final Map<String, List<Kept>> earlier = new HashMap<>();

  /** Steps that are done anew, with those that it began with. */
  private final Map<Vertex, Set<Vertex>> begun = new HashMap<>();

  private final Map<Vertex, List<String>> own = new HashMap<>();

  /** Digests of the images that missed steps stand on; empty until somebody looked. */
  private final Map<String, Optional<String>> images = new HashMap<>();

  private final Map<String, String> said = new LinkedHashMap<>();

  /**
   * An explainer.
   *
   * @param vertices of the build
   */
  public Explainer(StepMemories memories, List<Vertex> vertices, Surroundings surroundings) {
    this.memories = memories;
    this.vertices = List.copyOf(vertices);
    this.surroundings = surroundings;
  }

  /** Notes that a step is about to be done. */
  public void begin(StepNote note) {
    String image = note.image();
    if (!image.isEmpty()) {
      synchronized (images) {
        images.putIfAbsent(image, Optional.empty());
      }
    }
  }

  /**
   * Looks up, unless that was done, what the names of those images mean that steps stand on which
   * have begun; for what {@link #keep} remembers, they mean the same from then on. To be called
   * before the build gives a name to its own image.
   */
  public void fixImages() {
    synchronized (images) {
      for (String image : images.keySet()) {
        try {
          digest(image);
        } catch (IOException e) {
          // What is not known now is asked for again, or explains nothing later.
        }
      }
    }
  }

  private String digest(String image) throws IOException {
    synchronized (images) {
      Optional<String> known = images.getOrDefault(image, Optional.empty());
      if (known.isEmpty()) {
        Optional<Digest> digest = surroundings.digest(image);
        known = Optional.of(digest.isPresent() ? digest.get().toString() : "");
        images.put(image, known);
      }
      return known.get();
    }
  }

  /** Remembers a step whose result is in the cache now. */
  public void keep(StepNote note) {
    try {
      memories.write(stage(note.vertex()), note.position(), memory(note));
    } catch (IOException e) {
      // A memory that cannot be written explains nothing later; the build is as good without it.
    }
  }

  private StepMemory memory(StepNote note) throws IOException {
    String image = note.image();
    return note.toMemory(image.isEmpty() ? "" : digest(image));
  }

  private String stage(Vertex vertex) {
    return dockerfile() + "\n" + vertex.caption().stage();
  }

  private synchronized String dockerfile() {
    if (dockerfile.isEmpty()) {
      dockerfile = surroundings.dockerfile();
    }
    return dockerfile;
  }

  /** All that {@link #missed} said, by the names of the steps, in the order in which they began. */
  public synchronized Map<String, String> said() {
    return new LinkedHashMap<>(said);
  }

  /** How the result of a step was missed. */
  public enum Found {
    /** There is none under its key. */
    ABSENT,
    /** There is one, but its layer cannot be had. */
    WITHOUT_LAYER
  }

  /** Says why a step must be done, on one line; what it needs must have been asked for before. */
  public synchronized String missed(StepNote note, Found found) throws IOException {
    Vertex vertex = note.vertex();
    Set<Vertex> began = new LinkedHashSet<>();
    for (Vertex input : vertex.inputs()) {
      began.addAll(begun.getOrDefault(input, Set.of()));
    }
    Answer answer = answer(note, found, began);
    own.put(vertex, answer.reasons);
    if (!answer.follows) {
      began.clear();
    }
    String why = text(answer, began);
    if (began.isEmpty() || answer.begins) {
      began.add(vertex);
    }
    begun.put(vertex, began);
    said.put(vertex.caption().name(), why);
    return why;
  }

  /**
   * What a step itself has another of.
   *
   * @param follows whether it is done also because other steps were
   * @param begins whether it would be done even if they were not
   * @param elsewhere what shared caches have to do with it
   */
  private record Answer(
      List<String> reasons, boolean follows, boolean begins, Optional<String> elsewhere) {}

  private Answer answer(StepNote note, Found found, Set<Vertex> began) throws IOException {
    Vertex vertex = note.vertex();
    if (vertex.reuse() == Vertex.Reuse.NEVER) {
      String flag = surroundings.freshness(vertex.caption().stage());
      return new Answer(List.of(flag), false, true, Optional.empty());
    }
    Optional<String> elsewhere = surroundings.sharedCaches();
    StepMemory now = memory(note);
    Optional<Kept> partner =
        Partners.find(now, note.position(), earlier(vertex), otherTexts(vertex));
    if (partner.isEmpty()) {
      return new Answer(List.of("no earlier build of it is known"), false, true, elsewhere);
    }
    StepMemory then = partner.get().memory();
    Comparison comparison = new Comparison(then, now);
    boolean follows = !began.isEmpty() && comparison.readsOtherResults();
    List<String> reasons = new ArrayList<>(comparison.reasons(note.image()));
    for (Vertex first : began) {
      reasons.removeAll(follows ? own.getOrDefault(first, List.of()) : List.of());
    }
    if (reasons.isEmpty() && !follows) {
      reasons.add(unseen(note, comparison, found));
    }
    boolean othersFiles = comparison.differsInFilesOnly() && !readsContext(vertex);
    boolean begins = !reasons.isEmpty() && !(follows && othersFiles);
    return new Answer(reasons, follows, begins, elsewhere);
  }

  private static boolean readsContext(Vertex vertex) {
    for (Vertex input : vertex.inputs()) {
      if (input.op() instanceof Op.Context) {
        return true;
      }
    }
    return false;
  }

  /** A reason that lies not in the step itself. */
  private static String unseen(StepNote note, Comparison comparison, Found found) {
    if (comparison.isOnAnotherRoot() && note.image().isEmpty()) {
      String below = name(note.vertex().inputs().get(0));
      return "it stood on another result than the one that %s has now".formatted(below);
    }
    if (comparison.distance() > 0) {
      return "it read another result of a step";
    }
    return found == Found.WITHOUT_LAYER
        ? "it was built before, but its layer has been collected"
        : "it was built before, but its result has been collected";
  }

  private List<Kept> earlier(Vertex vertex) throws IOException {
    String stage = stage(vertex);
    List<Kept> known = earlier.get(stage);
    if (known == null) {
      known = memories.of(stage);
      earlier.put(stage, known);
    }
    return known;
  }

  private Set<String> otherTexts(Vertex vertex) {
    Set<String> texts = new LinkedHashSet<>();
    for (Vertex other : vertices) {
      boolean step = other.op() instanceof Op.Exec || other.op() instanceof Op.File;
      if (step
          && !other.equals(vertex)
          && other.caption().stage().equals(vertex.caption().stage())) {
        texts.add(other.caption().text());
      }
    }
    return texts;
  }

  private static String text(Answer answer, Set<Vertex> began) {
    List<String> parts = new ArrayList<>();
    if (!began.isEmpty()) {
      parts.add(names(began) + " ran anew");
    }
    parts.addAll(answer.reasons);
    answer.elsewhere.ifPresent(parts::add);
    return String.join("; ", parts);
  }

  private static String names(Set<Vertex> vertices) {
    List<String> names = new ArrayList<>();
    for (Vertex vertex : vertices) {
      names.add(name(vertex));
    }
    if (names.size() <= NAMED) {
      return String.join(" and ", names);
    }
    String first = String.join(", ", names.subList(0, NAMED));
    return "%s and %d more".formatted(first, names.size() - NAMED);
  }

  private static String name(Vertex vertex) {
    return TextChange.shortened(TextChange.line(vertex.caption().name()), LONGEST_NAME);
  }
}
