package dev.wadah.dockerfile.expand;

/** What the operators of {@code ${v#p}}, {@code ${v%p}} and {@code ${v/p/r}} do to a value. */
final class PatternSubstitution {
  /** Largest product of pattern and value length; matching takes that many steps. */
  static final long MAX_WORK = 100_000_000;

  private PatternSubstitution() {}

  /**
   * The value without what the pattern takes away: the shortest, or where the operator is doubled
   * the longest.
   *
   * @param operator {@code #} for the beginning, {@code %} for the end
   * @param word what follows the first operator
   * @param start where the variable begins, for errors
   */
  static String trimmed(String value, char operator, String word, int start)
      throws ExpansionException {
    boolean longest = !word.isEmpty() && word.charAt(0) == operator;
    ShellPattern pattern = pattern(longest ? word.substring(1) : word, value, start);
    return operator == '#'
        ? pattern.removePrefix(value, longest)
        : pattern.removeSuffix(value, longest);
  }

  /** The pattern, if it is one and can be looked for in the value within the limit. */
  static ShellPattern pattern(String pattern, String value, int start) throws ExpansionException {
    if ((long) pattern.length() * value.length() > MAX_WORK) {
      throw new ExpansionException(
          "a pattern of this length is too slow for so long a value", start);
    }
    try {
      return ShellPattern.parse(pattern);
    } catch (IllegalArgumentException e) {
      throw new ExpansionException(
          "invalid pattern (" + pattern + ") in substitution: " + e.getMessage(), start);
    }
  }
}
