package dev.wadah.content;

import dev.wadah.content.WayChoice.Way;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;

/**
 * The file that a blob's blocks are written to. What a long blob has behind its first {@value
 * #CACHED_MEBIBYTES} MiB is written through the page cache or past it, as {@link WayChoice} says
 * (ADR 10). Not for use by several threads at once.
 */
final class BlockFile {
  /** In place of a descriptor: nothing is written. */
  static final int NONE = -1;

  private static final int CACHED_MEBIBYTES = 64;
  private static final long CACHED_BYTES = (long) CACHED_MEBIBYTES << 20;

  private final int file;
  private final PastCache past;
  private final LongSupplier nanos;
  private final WayChoice choice = new WayChoice();

  /**
   * A file that is open, and stays so.
   *
   * @param file a descriptor, or {@link #NONE}
   */
  BlockFile(int file) {
    this(file, new PastCache(file, PastCache.Means.DROPPED), System::nanoTime);
  }

  /** One whose means and clock the caller has. */
  BlockFile(int file, PastCache past, LongSupplier nanos) {
    this.file = file;
    this.past = past;
    this.nanos = nanos;
  }

  /** Writes a full buffer of {@link Blocks}; the small ones always through the cache. */
  void write(ByteBuffer bytes, long place) throws IOException {
    if (file == NONE) {
      return;
    }
    if (bytes.position() < Blocks.BYTES) {
      writeCached(bytes, bytes.position(), place);
      return;
    }
    Way way = place < CACHED_BYTES ? Way.CACHED : choice.next();
    long start = nanos.getAsLong();
    if (way == Way.CACHED) {
      writeCached(bytes, bytes.position(), place);
    } else if (!past.write(bytes, place)) {
      choice.settle();
      writeCached(bytes, bytes.position(), place);
    }
    choice.took(nanos.getAsLong() - start);
  }

  private void writeCached(ByteBuffer bytes, int length, long place) throws IOException {
    Posix.writeNew(file, bytes, 0, length, place, 0);
  }

  /**
   * Writes what is behind the full blocks, its last byte for itself: a hole there would be lost.
   */
  void writeLast(ByteBuffer bytes, long place) throws IOException {
    int length = bytes.position();
    if (file != NONE && length > 0) {
      writeCached(bytes, length - 1, place);
      Posix.writeNew(file, bytes, length - 1, 1, place + length - 1, 0);
    }
  }

  /** Gives back what this object opened; nobody may be writing. */
  void close() {
    past.close();
  }
}
