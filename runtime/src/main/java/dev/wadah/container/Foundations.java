package dev.wadah.container;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The foundations that roots of many layers stand on. They are made in a thread beside the steps:
 * one that comes too early has its layers mounted one by one, as those of few layers have. Safe for
 * threads.
 */
final class Foundations {
  /** From here on a root is worth a foundation; each layer costs a step 14 microseconds without. */
  private static final int FEWEST = 48;

  /** A foundation has a multiple of these, so that a growing chain needs a new one seldom. */
  private static final int CHUNK = 32;

  /** With one of mount points below; the kernel takes 500. */
  private static final int MOST = 480;

  /** Of chains that grow side by side; the one unused for longest makes room. */
  private static final int MOST_KEPT = 4;

  private final Maker maker;

  /** Used last at the end. */
  private final List<Foundation> kept = new ArrayList<>();

  private boolean making;
  private boolean refused;
  private int releases;

  Foundations(Maker maker) {
    this.maker = maker;
  }

  /** Mounts layers. */
  @FunctionalInterface
  interface Maker {
    /** Of layers, highest first; empty when the kernel refuses. */
    Optional<Foundation> make(List<Path> layers) throws IOException;
  }

  /** Begins to make what roots with these lowest layers, highest first, can stand on. */
  synchronized void expect(List<Path> lower) {
    int wanted = Math.min(lower.size() / CHUNK * CHUNK, MOST);
    if (lower.size() < FEWEST || making || refused) {
      return;
    }
    Foundation best = best(lower);
    if (best == null || best.size() < wanted) {
      making = true;
      List<Path> layers = List.copyOf(lower.subList(lower.size() - wanted, lower.size()));
      int since = releases;
      Thread thread = new Thread(() -> make(layers, since), "foundation");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void make(List<Path> layers, int since) {
    Optional<Foundation> made = Optional.empty();
    try {
      made = maker.make(layers);
    } catch (IOException e) {
      // Without one everything works as well; what is amiss the step itself will say better.
      made = Optional.empty();
    } finally {
      keep(made, since);
    }
  }

  private synchronized void keep(Optional<Foundation> made, int since) {
    making = false;
    refused |= made.isEmpty();
    if (made.isPresent() && since == releases) {
      kept.add(made.get());
    } else if (made.isPresent()) {
      made.get().leave(); // whoever wanted it has gone
    }
    if (kept.size() > MOST_KEPT) {
      kept.remove(0).leave();
    }
  }

  /**
   * The largest one for a root of these layers, highest first, to be left ({@link
   * Foundation#leave}) when the launcher has started.
   */
  synchronized Optional<Foundation> enter(List<Path> lower) {
    Foundation best = lower.size() < FEWEST ? null : best(lower);
    if (best == null) {
      return Optional.empty();
    }
    kept.remove(best);
    kept.add(best);
    best.enter();
    return Optional.of(best);
  }

  private Foundation best(List<Path> lower) {
    Foundation best = null;
    for (Foundation one : kept) {
      if ((best == null || one.size() > best.size()) && one.carries(lower)) {
        best = one;
      }
    }
    return best;
  }

  synchronized boolean isHolding() {
    return making || !kept.isEmpty();
  }

  /** Unmounts all, also what is in the making; whoever stands on one stays there. */
  synchronized void release() {
    releases++;
    for (Foundation one : kept) {
      one.leave();
    }
    kept.clear();
  }
}
