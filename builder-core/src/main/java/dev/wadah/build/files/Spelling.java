package dev.wadah.build.files;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that somebody may have meant. */
public final class Spelling {
  private static final int CANDIDATES = 2000;

  private Spelling() {}

  /**
   * The nearest of {@code names}; empty when none is near.
   *
   * @param names the first 2,000 count
   */
  public static Optional<String> nearest(String name, List<String> names) {
    int allowed = Math.max(1, name.length() / 3);
    String best = null;
    for (String candidate : names.subList(0, Math.min(names.size(), CANDIDATES))) {
      int distance = distance(name, candidate, allowed);
      if (distance <= allowed && !candidate.equals(name)) {
        best = candidate;
        allowed = distance - 1;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Edits that lead from one word to the other, letter case free; anything above limit is more. */
  private static int distance(String from, String to, int limit) {
    String a = from.toLowerCase(Locale.ROOT);
    String b = to.toLowerCase(Locale.ROOT);
    if (Math.abs(a.length() - b.length()) > limit) {
      return limit + 1;
    }
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
