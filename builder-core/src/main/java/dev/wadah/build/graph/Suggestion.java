package dev.wadah.build.graph;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that a user probably meant. */
final class Suggestion {
  private Suggestion() {}

  /** The candidate that differs from {@code word} in fewest letters, if it is close. */
  static Optional<String> closest(String word, Collection<String> candidates) {
    String best = null;
    int least = Math.max(1, word.length() / 3) + 1;
    for (String candidate : candidates) {
      int distance = distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Edits between two words; a swap of neighbours is one edit. */
  static int distance(String a, String b) {
    int[][] rows = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        rows[i][j] = i == 0 ? j : j == 0 ? i : cell(a, b, rows, i, j);
      }
    }
    return rows[a.length()][b.length()];
  }

  private static int cell(String a, String b, int[][] rows, int i, int j) {
    boolean same = a.charAt(i - 1) == b.charAt(j - 1);
    int least = Math.min(rows[i - 1][j], rows[i][j - 1]) + 1;
    least = Math.min(least, rows[i - 1][j - 1] + (same ? 0 : 1));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, rows[i - 2][j - 2] + 1) : least;
  }
}
