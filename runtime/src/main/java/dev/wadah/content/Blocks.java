package dev.wadah.content;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Direct buffers to be used again: a new one costs time, and its memory comes back only when the
 * collector has found it. Safe for threads.
 */
final class Blocks {
  /** So much a disk wants at once: a fourth of it takes half as long again. */
  static final int BYTES = 1 << 20;

  private static final int PAGE_BYTES = 4096;

  /** Kept while nobody uses them; as many as two large blobs take. */
  private static final int KEPT = 16;

  private final Deque<ByteBuffer> free = new ArrayDeque<>();

  /** An empty buffer of {@value #BYTES} bytes, aligned as writes past the page cache want it. */
  synchronized ByteBuffer take() {
    ByteBuffer buffer = free.poll();
    return buffer == null
        ? ByteBuffer.allocateDirect(BYTES + PAGE_BYTES).alignedSlice(PAGE_BYTES).slice(0, BYTES)
        : buffer;
  }

  /** Takes a buffer back, which nobody uses any more. */
  synchronized void give(ByteBuffer buffer) {
    if (free.size() < KEPT) {
      free.push(buffer.clear());
    }
  }
}
