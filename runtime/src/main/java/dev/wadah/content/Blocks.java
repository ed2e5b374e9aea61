package dev.wadah.content;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Direct buffers to be used again: a new one costs time, and its memory comes back only when the
 * collector has found it. Blocks are limited in number, since the JVM's direct memory is (by
 * default to as much as its heap) and a machine of many cores writes many long blobs at once;
 * nobody waits for one. Safe for threads.
 */
final class Blocks {
  /** So much a disk wants at once: a fourth of it takes half as long again. */
  static final int BYTES = 1 << 20;

  /** What every blob has for itself from the beginning, and small ones need no more than. */
  static final int SMALL_BYTES = 1 << 16;

  private static final int PAGE_BYTES = 4096;

  /** This part of the memory at most: there is more than one of these objects in a process. */
  private static final int PART = 8;

  /** Kept while nobody uses them; as many as two large blobs take. */
  private static final int KEPT = 16;

  private final int limit;
  private final Deque<ByteBuffer> free = new ArrayDeque<>();
  private final Deque<ByteBuffer> freeSmall = new ArrayDeque<>();
  private int lent;

  /** As many as fit into an eighth of the memory that the JVM may take. */
  Blocks() {
    this((int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / PART / BYTES));
  }

  /**
   * So many at most.
   *
   * @param limit 0 and more
   */
  Blocks(int limit) {
    this.limit = limit;
  }

  /**
   * An empty buffer of {@value #BYTES} bytes, aligned as writes past the page cache want it.
   *
   * @return null when there are no more
   */
  synchronized ByteBuffer tryTake() {
    if (lent == limit) {
      return null;
    }
    ByteBuffer buffer = free.poll();
    if (buffer == null) {
      buffer = allocate(BYTES);
    }
    lent++;
    return buffer;
  }

  /** An empty buffer of {@value #SMALL_BYTES} bytes. */
  synchronized ByteBuffer takeSmall() {
    ByteBuffer buffer = freeSmall.poll();
    return buffer == null ? allocate(SMALL_BYTES) : buffer;
  }

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocateDirect(bytes + PAGE_BYTES).alignedSlice(PAGE_BYTES).slice(0, bytes);
  }

  /** Takes a buffer of either kind back, which nobody uses any more. */
  synchronized void give(ByteBuffer buffer) {
    boolean small = buffer.capacity() == SMALL_BYTES;
    Deque<ByteBuffer> kind = small ? freeSmall : free;
    if (!small) {
      lent--;
    }
    if (kind.size() < KEPT) {
      kind.push(buffer.clear());
    }
  }
}
