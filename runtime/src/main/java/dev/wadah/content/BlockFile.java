package dev.wadah.content;

import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The file that a blob's blocks are written to. What a long blob has behind its first {@value
 * #CACHED_MEBIBYTES} MiB is written through the page cache or past it, whichever is quicker just
 * then (ADR 0010). Not for use by several threads at once.
 */
final class BlockFile {
  /** In place of a descriptor: nothing is written. */
  static final int NONE = -1;

  private static final int CACHED_MEBIBYTES = 64;
  private static final long CACHED_BLOCKS = ((long) CACHED_MEBIBYTES << 20) / Blocks.BYTES;

  /** So many writes in one way are judged together. */
  private static final int WINDOW = 8;

  /** After so many windows in one way the other is tried again. */
  private static final int WINDOWS = 8;

  private final int file;
  private int direct = NONE;
  private boolean tried;
  private Way way = Way.CACHED;

  /** Writes of this window, and what they took. */
  private int writes;

  private long nanos;

  /** Windows since the last turn. */
  private int windows;

  /** After how many the other way is tried; more after each time that was in vain. */
  private int patience = WINDOWS;

  /** What the last window took that was written in the other way. */
  private long otherNanos;

  private enum Way {
    CACHED,
    DIRECT
  }

  /**
   * A file that is open, and stays so.
   *
   * @param file a descriptor, or {@link #NONE}
   */
  BlockFile(int file) {
    this.file = file;
  }

  /** Writes a full block. */
  void write(ByteBuffer bytes, long index) throws IOException {
    if (file == NONE) {
      return;
    }
    long place = index * Blocks.BYTES;
    Way taken = index < CACHED_BLOCKS ? Way.CACHED : way();
    long start = System.nanoTime();
    if (taken == Way.DIRECT) {
      writeDirect(bytes, place);
    } else {
      Posix.writeNew(file, bytes, 0, bytes.position(), place);
    }
    judge(taken, System.nanoTime() - start);
  }

  /** A file system may open a file this way and refuse every write. */
  private void writeDirect(ByteBuffer bytes, long place) throws IOException {
    try {
      Posix.writeNew(direct, bytes, 0, bytes.position(), place);
    } catch (PosixException e) {
      refused(); // if the disk is at fault, the other way says so
      Posix.writeNew(file, bytes, 0, bytes.position(), place);
    }
  }

  /**
   * Writes what is behind the full blocks, its last byte for itself: a hole there would be lost.
   */
  void writeLast(ByteBuffer bytes, long index) throws IOException {
    int length = bytes.position();
    if (file != NONE && length > 0) {
      long start = index * Blocks.BYTES;
      Posix.writeNew(file, bytes, 0, length - 1, start);
      Posix.writeNew(file, bytes, length - 1, 1, start + length - 1);
    }
  }

  private Way way() {
    if (!tried) {
      tried = true;
      direct = Posix.openDirect(file);
      if (direct != NONE) {
        turn(otherNanos);
      }
    }
    return way;
  }

  private void refused() {
    if (way == Way.DIRECT) {
      turn(Long.MAX_VALUE);
    }
    otherNanos = Long.MAX_VALUE;
  }

  /**
   * Adds a write to its window; when it has taken longer than the other way's window, or at its
   * end, the way that was quicker is gone on with. Not later: a disk that is busy with what others
   * wrote makes a single write take as long as a hundred.
   */
  private void judge(Way taken, long took) {
    if (taken != way) {
      return; // it was refused
    }
    nanos += took;
    writes++;
    if (direct != NONE && nanos > otherNanos) {
      patience = windows == 0 ? 2 * patience : WINDOWS;
      turn(nanos);
    } else if (writes == WINDOW) {
      long last = nanos;
      writes = 0;
      nanos = 0;
      windows++;
      if (direct == NONE) {
        otherNanos = last; // what the first direct window is compared with
      } else if (windows >= patience && otherNanos != Long.MAX_VALUE) {
        turn(last);
      }
    }
  }

  private void turn(long took) {
    way = way == Way.CACHED ? Way.DIRECT : Way.CACHED;
    otherNanos = took;
    writes = 0;
    windows = 0;
    nanos = 0;
  }

  /** Gives back what this object opened; nobody may be writing. */
  void close() {
    if (direct != NONE) {
      Posix.close(direct);
      direct = NONE;
      way = Way.CACHED;
    }
  }
}
