package dev.wadah.dockerfile;

/**
 * A stretch of a source file. Lines and columns are 1-based; a column counts UTF-16 code units.
 *
 * @param startLine line of the first character
 * @param startColumn column of the first character
 * @param endLine line of the last character
 * @param endColumn column just behind the last character
 */
public record Span(int startLine, int startColumn, int endLine, int endColumn) {
  public Span {
    if (startLine < 1 || startColumn < 1 || endLine < startLine) {
      throw new IllegalArgumentException(
          "span %d:%d-%d:%d is not 1-based or runs backwards"
              .formatted(startLine, startColumn, endLine, endColumn));
    }
  }

  /** The smallest span that holds this one and {@code other}. */
  public Span to(Span other) {
    return new Span(startLine, startColumn, other.endLine, other.endColumn);
  }
}
