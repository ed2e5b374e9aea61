package dev.wadah.content;

/**
 * Chooses how the next block of a long blob is written: past the page cache, unless a write through
 * it takes less than half as long just then (ADR 10). Not that often is it worth a gigabyte of
 * memory and a disk that is busy for seconds afterwards. Knows no clock: it is told what each write
 * took. Not for use by several threads at once.
 */
final class WayChoice {
  /** So many writes in one way are judged together. */
  static final int WINDOW = 8;

  /** After so many windows in one way the other is tried again. */
  static final int WINDOWS = 8;

  /** How often as long a write past the page cache may take. */
  static final int DEARER = 2;

  private Way way = Way.CACHED;
  private State state = State.BEGINNING;

  /** Writes of this window, and what they took. */
  private int writes;

  private long nanos;

  /** Windows since the last turn. */
  private int windows;

  /** After how many the other way is tried; more after each time that was in vain. */
  private int patience = WINDOWS;

  /** What the last window took that was written in the other way. */
  private long otherNanos = Long.MAX_VALUE;

  /** A way for a block to take. */
  enum Way {
    CACHED,
    PAST
  }

  private enum State {
    BEGINNING,
    CHOOSING,
    SETTLED
  }

  /** The way for the next block; before the first call all are written through the cache. */
  Way next() {
    if (state == State.BEGINNING) {
      state = State.CHOOSING;
      turn(otherNanos);
    }
    return way;
  }

  /** There is only one way: all that follows is written through the cache. */
  void settle() {
    state = State.SETTLED;
    way = Way.CACHED;
  }

  /**
   * Adds a write to its window. As soon as that has taken longer than it may beside the other way's
   * last window, the way is left, not at its end: a disk that is busy with what others wrote makes
   * a single write take as long as a hundred.
   */
  void took(long writeNanos) {
    if (state == State.SETTLED) {
      return;
    }
    nanos += writeNanos;
    writes++;
    if (state == State.CHOOSING && isTooLong()) {
      patience = windows == 0 ? 2 * patience : WINDOWS;
      turn(nanos);
    } else if (writes == WINDOW) {
      endWindow();
    }
  }

  private boolean isTooLong() {
    return way == Way.PAST ? nanos / DEARER > otherNanos : nanos > otherNanos / DEARER;
  }

  private void endWindow() {
    long last = nanos;
    writes = 0;
    nanos = 0;
    windows++;
    if (state == State.BEGINNING) {
      otherNanos = last; // what the first window past the cache is compared with
    } else if (windows >= patience) {
      turn(last);
    }
  }

  private void turn(long took) {
    way = way == Way.CACHED ? Way.PAST : Way.CACHED;
    otherNanos = took;
    writes = 0;
    windows = 0;
    nanos = 0;
  }
}
