package dev.wadah.content;

import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.Closeable;
import java.nio.ByteBuffer;

/**
 * Writes blocks of a file that leave nothing in the page cache, by the best means that the kernel
 * and the file system have. Not for use by several threads at once.
 */
final class PastCache implements Closeable {
  private static final int NONE = -1;

  private final int file;
  private Means means;

  /** The file, opened once more for {@link Means#DIRECT}. */
  private int direct = NONE;

  /** The best one first; what is refused is not tried again. */
  enum Means {
    /**
     * The kernel takes the bytes, writes them at once and then forgets them: nobody waits, unless
     * the disk is far behind.
     */
    DROPPED,
    /** The disk takes the bytes, and the writer waits for it: one write after the other. */
    DIRECT,
    NONE
  }

  /**
   * Of an open file, which stays open.
   *
   * @param first what is tried first
   */
  PastCache(int file, Means first) {
    this.file = file;
    this.means = first;
  }

  /** What the next block is written by. */
  Means means() {
    return means;
  }

  /**
   * Writes a full block.
   *
   * @return false when it was refused, and all that follow would be
   */
  boolean write(ByteBuffer bytes, long place) {
    if (means == Means.DROPPED) {
      if (isTaken(file, bytes, place, Posix.RWF_DONTCACHE)) {
        return true;
      }
      means = Means.DIRECT;
    }
    if (means == Means.DIRECT) {
      if (direct == NONE) {
        direct = Posix.openDirect(file);
      }
      // a file system may open a file this way and refuse every write
      if (direct != NONE && isTaken(direct, bytes, place, 0)) {
        return true;
      }
      means = Means.NONE;
    }
    return false;
  }

  /** If the disk is at fault, the plain way says so afterwards. */
  private static boolean isTaken(int descriptor, ByteBuffer bytes, long place, int flags) {
    try {
      Posix.writeNew(descriptor, bytes, 0, bytes.position(), place, flags);
      return true;
    } catch (PosixException e) {
      return false;
    }
  }

  /** Gives back what this object opened; nobody may be writing. */
  @Override
  public void close() {
    if (direct != NONE) {
      Posix.close(direct);
      direct = NONE;
    }
    means = Means.NONE;
  }
}
