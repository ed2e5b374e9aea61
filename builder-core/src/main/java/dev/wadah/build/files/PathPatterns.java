package dev.wadah.build.files;

import java.util.ArrayList;
import java.util.List;

/**
 * Patterns in order, the last one that matches a path or one of its parents decides (moby's
 * patternmatcher, MatchesUsingParentResults).
 */
public final class PathPatterns {
  /** No patterns. */
  public static final PathPatterns NONE = new PathPatterns(List.of());

  /** What is known at the root. */
  public static final Match ROOT = new Match(false, -1, new boolean[0]);

  private final List<PathPattern> patterns;
  private final boolean exceptions;

  private PathPatterns(List<PathPattern> patterns) {
    this.patterns = List.copyOf(patterns);
    this.exceptions = hasException(patterns);
  }

  private static boolean hasException(List<PathPattern> patterns) {
    for (PathPattern pattern : patterns) {
      if (pattern.negated()) {
        return true;
      }
    }
    return false;
  }

  /** Patterns that were compiled one by one. */
  public static PathPatterns of(List<PathPattern> patterns) {
    return patterns.isEmpty() ? NONE : new PathPatterns(patterns);
  }

  /**
   * Compiles patterns; blank ones count for nothing.
   *
   * @throws IllegalArgumentException naming the first bad pattern and its fault
   */
  public static PathPatterns parse(List<String> texts) {
    List<PathPattern> patterns = new ArrayList<>();
    for (String text : texts) {
      try {
        if (!text.isBlank()) {
          patterns.add(PathPattern.of(text));
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "syntax error in pattern \"%s\": %s".formatted(text, e.getMessage()), e);
      }
    }
    return of(patterns);
  }

  public boolean isEmpty() {
    return patterns.isEmpty();
  }

  /**
   * Matches a path whose parent's result is known.
   *
   * @param path without a leading slash
   * @param parent the parent directory's result, or {@link #ROOT}
   */
  public Match match(String path, Match parent) {
    boolean matched = false;
    int deciding = -1;
    boolean[] each = new boolean[patterns.size()];
    for (int i = 0; i < each.length; i++) {
      PathPattern pattern = patterns.get(i);
      boolean match = parent.each.length > 0 && parent.each[i];
      if (!match) {
        // An inclusion has nothing to say of what is matched, an exception of what is not.
        if (pattern.negated() != matched) {
          continue;
        }
        match = pattern.matches(path);
      }
      each[i] = match;
      if (match) {
        matched = !pattern.negated();
        deciding = i;
      }
    }
    return new Match(matched, deciding, each);
  }

  /** Matches a path, walking down from the root. */
  public Match match(String path) {
    Match match = ROOT;
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      match = match(path.substring(0, slash), match);
    }
    return match(path, match);
  }

  /** Whether something below {@code directory} may be an exception. */
  public boolean mayExceptBelow(String directory) {
    if (exceptions) {
      for (PathPattern pattern : patterns) {
        if (pattern.negated() && pattern.mayMatchBelow(directory)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether something below {@code directory} may match. */
  public boolean mayMatchBelow(String directory) {
    for (PathPattern pattern : patterns) {
      if (!pattern.negated() && pattern.mayMatchBelow(directory)) {
        return true;
      }
    }
    return false;
  }

  /** Result for one path. */
  public static final class Match {
    private final boolean matched;
    private final int deciding;
    private final boolean[] each;

    private Match(boolean matched, int deciding, boolean[] each) {
      this.matched = matched;
      this.deciding = deciding;
      this.each = each;
    }

    public boolean matched() {
      return matched;
    }

    /** Index of the pattern that decided; -1 when none matched. */
    public int deciding() {
      return deciding;
    }
  }
}
