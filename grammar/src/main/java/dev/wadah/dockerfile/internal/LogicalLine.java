package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.expand.Blanks;
import java.util.List;

/**
 * An instruction's physical lines joined to one, with a map back to where each character stands.
 * Offsets are 0-based, in UTF-16 code units of {@link #text}.
 */
final class LogicalLine {
  private final String text;
  private final int[] pieces;
  private final int pieceCount;
  private final int lastLine;
  private final List<String> comments;

  /**
   * A line made of pieces.
   *
   * @param text all pieces joined
   * @param pieces three numbers for each piece: its offset in the text, its 1-based line, its
   *     column
   * @param pieceCount how many pieces there are, at least one
   * @param lastLine the last physical line that belongs to it
   * @param comments the comment lines right above it
   */
  LogicalLine(String text, int[] pieces, int pieceCount, int lastLine, List<String> comments) {
    this.text = text;
    this.pieces = pieces;
    this.pieceCount = pieceCount;
    this.lastLine = lastLine;
    this.comments = comments;
  }

  String text() {
    return text;
  }

  /** The offset behind the last character that is no blank. */
  int trimmedEnd() {
    return Blanks.trimEnd(text, 0, text.length());
  }

  int lastLine() {
    return lastLine;
  }

  List<String> comments() {
    return comments;
  }

  /** The text of {@code [from, to)}. */
  String text(int from, int to) {
    return text.substring(from, to);
  }

  /** Where {@code [from, to)} stands; an empty range gives a span without width. */
  Span span(int from, int to) {
    int first = pieceOf(from);
    int startColumn = pieces[first + 2] + from - pieces[first];
    if (to <= from) {
      return new Span(pieces[first + 1], startColumn, pieces[first + 1], startColumn);
    }
    int last = pieceOf(to - 1);
    return new Span(
        pieces[first + 1], startColumn, pieces[last + 1], pieces[last + 2] + to - pieces[last]);
  }

  private int pieceOf(int offset) {
    int i = (pieceCount - 1) * 3;
    while (i > 0 && pieces[i] > offset) {
      i -= 3;
    }
    return i;
  }
}
