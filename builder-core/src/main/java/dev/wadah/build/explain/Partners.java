package dev.wadah.build.explain;

import dev.wadah.build.explain.StepMemories.Kept;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the earlier build of a step among what is remembered of its stage: the same instruction, or
 * the one that stood in its place, or one that is much like it. Of several builds of it the one
 * that differs least is taken, of equals the latest.
 */
final class Partners {
  /** Instructions are alike when so much of the longer one is the same at both ends. */
  private static final double ALIKE = 0.6;

  private Partners() {}

  /**
   * The earlier build of a step.
   *
   * @param kept the latest first
   * @param others instructions that the stage has now beside this one
   */
  static Optional<Kept> find(StepMemory now, int position, List<Kept> kept, Set<String> others) {
    return kept.stream()
        .filter(each -> isSame(each, now, position, others))
        .min(
            Comparator.<Kept>comparingInt(each -> each.memory().text().equals(now.text()) ? 0 : 1)
                .thenComparingInt(each -> new Comparison(each.memory(), now).distance())
                .thenComparingInt(each -> Math.abs(each.position() - position)));
  }

  private static boolean isSame(Kept kept, StepMemory now, int position, Set<String> others) {
    StepMemory then = kept.memory();
    if (!word(then.text()).equals(word(now.text()))) {
      return false;
    }
    if (then.text().equals(now.text())) {
      return true;
    }
    // an instruction that has only moved is no earlier form of the one that took its place
    return !others.contains(then.text())
        && (kept.position() == position || alike(then.text(), now.text()));
  }

  private static String word(String text) {
    int blank = text.indexOf(' ');
    return blank < 0 ? text : text.substring(0, blank);
  }

  private static boolean alike(String a, String b) {
    int least = Math.min(a.length(), b.length());
    int same = 0;
    while (same < least && a.charAt(same) == b.charAt(same)) {
      same++;
    }
    int begin = same;
    while (same - begin < least - begin
        && a.charAt(a.length() - 1 - (same - begin)) == b.charAt(b.length() - 1 - (same - begin))) {
      same++;
    }
    return same >= ALIKE * Math.max(a.length(), b.length());
  }
}
