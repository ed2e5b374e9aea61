package dev.wadah.dockerfile;

import java.util.Locale;
import java.util.Optional;

/** Finds what a user may have meant: the known name that is at most two edits away. */
public final class Suggestions {
  /** A candidate that needs this many edits is no suggestion any more. */
  private static final int TOO_FAR = 3;

  private Suggestions() {}

  /**
   * The candidate nearest to {@code written}, letter case aside.
   *
   * @return empty when nothing is near, or when a candidate is the same word: then the spelling is
   *     not the mistake
   */
  public static Optional<String> nearest(String written, Iterable<String> candidates) {
    String wanted = written.toLowerCase(Locale.ROOT);
    String best = null;
    int bestDistance = TOO_FAR;
    for (String candidate : candidates) {
      int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT), bestDistance);
      if (distance == 0 && written.equals(candidate)) {
        return Optional.empty();
      }
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Levenshtein distance, or {@code limit} when it is not below that. */
  private static int distance(String a, String b, int limit) {
    if (Math.abs(a.length() - b.length()) >= limit) {
      return limit;
    }
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return Math.min(row[b.length()], limit);
  }
}
