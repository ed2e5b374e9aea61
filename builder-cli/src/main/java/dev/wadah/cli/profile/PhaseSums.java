package dev.wadah.cli.profile;

import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Time by phase in which none counts twice: what a thread did within another phase, such as
 * unpacking a layer for a mount, is taken off that.
 */
final class PhaseSums {
  private final Map<Phase, Long> nanos = new EnumMap<>(Phase.class);

  /** Phases of one thread that go on at the moment that is looked at, the innermost first. */
  private final Deque<Profile.Entry> open = new ArrayDeque<>();

  private PhaseSums() {}

  /** The nanoseconds of each phase that is in {@code entries}, in the order of phases. */
  static Map<Phase, Long> of(List<Profile.Entry> entries) {
    List<Profile.Entry> ordered = new ArrayList<>(entries);
    // The outer one first where both began at once.
    ordered.sort(
        Comparator.comparingLong(Profile.Entry::thread)
            .thenComparingLong(Profile.Entry::start)
            .thenComparing(Profile.Entry::nanos, Comparator.reverseOrder()));
    PhaseSums sums = new PhaseSums();
    ordered.forEach(sums::add);
    return sums.nanos;
  }

  private void add(Profile.Entry entry) {
    while (!open.isEmpty() && !isWithin(entry, open.peek())) {
      open.pop();
    }
    if (!open.isEmpty()) {
      nanos.merge(open.peek().phase(), -entry.nanos(), Long::sum);
    }
    nanos.merge(entry.phase(), entry.nanos(), Long::sum);
    open.push(entry);
  }

  private static boolean isWithin(Profile.Entry inner, Profile.Entry outer) {
    return inner.thread() == outer.thread()
        && inner.start() + inner.nanos() <= outer.start() + outer.nanos();
  }
}
