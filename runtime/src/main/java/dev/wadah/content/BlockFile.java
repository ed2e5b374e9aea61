package dev.wadah.content;

import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The file that a blob's blocks are written to, in any order and by any thread. What a long blob
 * has behind its first {@value #CACHED_MEBIBYTES} MiB is written past the page cache as long as the
 * disk keeps up with that: new pages for a gigabyte can cost more than the disk does (ADR 0010),
 * and a blob that is as large as memory would push everything else out of it.
 */
final class BlockFile {
  /** In place of a descriptor: nothing is written. */
  static final int NONE = -1;

  private static final int CACHED_MEBIBYTES = 64;
  private static final long CACHED_BLOCKS = ((long) CACHED_MEBIBYTES << 20) / Blocks.BYTES;

  /** So many direct writes are judged together. */
  private static final int WINDOW = 32;

  /** What a direct write may take on average: half a gigabyte a second. */
  private static final long PATIENCE_NANOS = 500_000;

  private final int file;
  private int direct = NONE;
  private boolean tried;
  private boolean slow;
  private int writes;
  private long nanos;

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
    int length = bytes.position();
    int past = index < CACHED_BLOCKS ? NONE : direct();
    if (past == NONE) {
      Posix.writeNew(file, bytes, 0, length, index * Blocks.BYTES);
      return;
    }
    long start = System.nanoTime();
    try {
      Posix.writeNew(past, bytes, 0, length, index * Blocks.BYTES);
      judge(System.nanoTime() - start);
    } catch (PosixException e) {
      // A file system may open a file this way and refuse every write; if the disk is at fault, the
      // other way says so.
      judge(Long.MAX_VALUE / WINDOW);
      Posix.writeNew(file, bytes, 0, length, index * Blocks.BYTES);
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

  private synchronized int direct() {
    if (!tried) {
      tried = true;
      direct = Posix.openDirect(file);
    }
    return slow ? NONE : direct;
  }

  private synchronized void judge(long took) {
    nanos += took;
    if (++writes == WINDOW || nanos > WINDOW * PATIENCE_NANOS) {
      slow |= nanos > WINDOW * PATIENCE_NANOS;
      writes = 0;
      nanos = 0;
    }
  }

  /** Gives back what this object opened; nobody may be writing. */
  synchronized void close() {
    if (direct != NONE) {
      Posix.close(direct);
      direct = NONE;
      slow = true;
    }
  }
}
