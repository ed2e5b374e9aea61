package dev.wadah.dockerfile;

/** The rule that tells whether a physical line goes on in the next one. */
public final class Continuation {
  private Continuation() {}

  /**
   * Where the escape character stands that continues a line: the last one but for blanks and tabs.
   * A doubled escape character does not continue (Dockerfile reference, "escape").
   *
   * @param text holds the line in {@code [from, to)}, without its line end
   * @return its index, or -1 when the line ends here
   */
  public static int indexIn(CharSequence text, int from, int to, char escape) {
    int last = to - 1;
    while (last >= from && (text.charAt(last) == ' ' || text.charAt(last) == '\t')) {
      last--;
    }
    boolean escaped = last >= from && text.charAt(last) == escape;
    return escaped && (last == from || text.charAt(last - 1) != escape) ? last : -1;
  }
}
