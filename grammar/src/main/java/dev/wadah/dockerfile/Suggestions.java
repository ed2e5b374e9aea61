package dev.wadah.dockerfile;

import java.util.Locale;
import java.util.Optional;

/** Finds what a user may have meant: the known name that is few edits away. */
public final class Suggestions {
  /** A candidate that needs this many edits is no suggestion any more. */
  private static final int TOO_FAR = 3;

  private Suggestions() {}

  /**
   * The candidate nearest to {@code written}, letter case aside: at most two edits away, and at
   * most one for each two letters. Two letters that changed places are one edit.
   *
   * @return empty when nothing is near, or when a candidate is the same word: then the spelling is
   *     not the mistake
   */
  public static Optional<String> nearest(String written, Iterable<String> candidates) {
    String wanted = written.toLowerCase(Locale.ROOT);
    int limit = Math.min(TOO_FAR, written.length() / 2 + 1);
    String best = null;
    for (String candidate : candidates) {
      if (written.equals(candidate)) {
        return Optional.empty();
      }
      int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT), limit, true);
      if (distance < limit) {
        best = candidate;
        limit = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /**
   * The candidate that Docker would suggest, for messages that must read as Docker's: at most two
   * edits away, letter case counts, short words get no mercy.
   */
  public static Optional<String> nearestForDocker(String written, Iterable<String> candidates) {
    int limit = TOO_FAR;
    String best = null;
    for (String candidate : candidates) {
      if (written.equals(candidate)) {
        return Optional.empty();
      }
      int distance = distance(written, candidate, limit, false);
      if (distance < limit) {
        best = candidate;
        limit = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Edit distance, or {@code limit} when it is not below that. */
  private static int distance(String a, String b, int limit, boolean swaps) {
    if (Math.abs(a.length() - b.length()) >= limit) {
      return limit;
    }
    int[] before = new int[b.length() + 1];
    int[] previous = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(substituted, Math.min(previous[j], row[j - 1]) + 1);
        if (swaps && i > 1 && j > 1 && isSwapped(a, b, i, j)) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
      }
      int[] spare = before;
      before = previous;
      previous = row;
      row = spare;
    }
    return Math.min(previous[b.length()], limit);
  }

  private static boolean isSwapped(String a, String b, int i, int j) {
    return a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
  }
}
