package dev.wadah.dockerfile.internal;

import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.IntStream;
import org.antlr.v4.runtime.misc.Interval;

/**
 * The characters of a range of a text for the lexer, as UTF-16 code units. The file's escape
 * character, backslash or backtick, is shown as {@link #ESCAPE}, so that one grammar does for both.
 */
final class LineStream implements CharStream {
  /** A noncharacter that no UTF-16 code unit can be. */
  static final int ESCAPE = 0x10FFFF;

  private static final int NO_ESCAPE = -2;

  private final String text;
  private final int end;
  private final int escape;
  private int position;

  private LineStream(String text, int from, int end, int escape) {
    this.text = text;
    this.position = from;
    this.end = end;
    this.escape = escape;
  }

  static LineStream withEscape(String text, int from, int end, char escape) {
    return new LineStream(text, from, end, escape);
  }

  /** A stream in which a backslash is a backslash: JSON and CSV. */
  static LineStream plain(String text, int from, int end) {
    return new LineStream(text, from, end, NO_ESCAPE);
  }

  @Override
  public String getText(Interval interval) {
    return text.substring(interval.a, Math.min(interval.b + 1, end));
  }

  @Override
  public void consume() {
    if (position >= end) {
      throw new IllegalStateException("cannot consume the end of the line");
    }
    position++;
  }

  @Override
  public int LA(int i) {
    int at = i < 0 ? position + i : position + i - 1;
    if (i == 0 || at < 0 || at >= end) {
      return i == 0 ? 0 : IntStream.EOF;
    }
    char c = text.charAt(at);
    return c == escape ? ESCAPE : c;
  }

  @Override
  public int mark() {
    return -1;
  }

  @Override
  public void release(int marker) {
    // The whole text stays in memory: marks need nothing.
  }

  @Override
  public int index() {
    return position;
  }

  @Override
  public void seek(int index) {
    position = Math.min(index, end);
  }

  @Override
  public int size() {
    return end;
  }

  @Override
  public String getSourceName() {
    return IntStream.UNKNOWN_SOURCE_NAME;
  }
}
