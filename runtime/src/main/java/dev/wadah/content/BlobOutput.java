package dev.wadah.content;

import dev.wadah.oci.Digest;
import dev.wadah.posix.NativeSha256;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Writes a file and computes its SHA-256. What is longer than one block is hashed in a thread of
 * its own, and each block is written by whichever of the two threads would otherwise wait for the
 * other: hashing a gigabyte takes one core as long as reading and writing it takes another.
 *
 * <p>For use by one thread at a time. Constant memory: {@value #BLOCKS} blocks at most.
 */
public final class BlobOutput extends OutputStream implements ByteSink {
  /** In place of a file: the bytes are hashed only. */
  static final int NO_FILE = BlockFile.NONE;

  private static final int BLOCK_BYTES = Blocks.BYTES;
  private static final int BLOCKS = 8;

  private final BlockFile file;
  private final Blocks blocks;
  private final NativeSha256 hash = new NativeSha256();
  private final Block[] ring = new Block[BLOCKS];
  private Thread hasher;

  /** The block that is being filled, counted from 0; those before it are full. */
  private long filling;

  /** Blocks that are hashed. */
  private long hashed;

  private boolean ended;
  private IOException failure;
  private Digest digest;

  /**
   * Writes from the start of an open file.
   *
   * @param file a descriptor, which stays open and belongs to the caller; or {@link #NO_FILE}
   */
  BlobOutput(int file, Blocks blocks) {
    this.file = new BlockFile(file);
    this.blocks = blocks;
    ring[0] = new Block(blocks.take());
  }

  /** A piece of the file: filled, then hashed and written in any order, then free again. */
  private static final class Block {
    final ByteBuffer bytes;
    boolean claimed;
    boolean written;

    Block(ByteBuffer bytes) {
      this.bytes = bytes;
    }
  }

  @Override
  public ByteBuffer space() throws IOException {
    Block block = ring[(int) (filling % BLOCKS)];
    return block.bytes.hasRemaining() ? block.bytes : next();
  }

  @Override
  public void write(int value) throws IOException {
    space().put((byte) value);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    put(bytes, offset, length);
  }

  /** Bytes taken so far. */
  long sizeBytes() {
    return filling * BLOCK_BYTES + ring[(int) (filling % BLOCKS)].bytes.position();
  }

  private ByteBuffer next() throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted(null);
    }
    if (hasher == null) {
      start();
    }
    synchronized (this) {
      filling++;
      notifyAll();
    }
    int at = (int) (filling % BLOCKS);
    if (ring[at] == null) {
      ring[at] = new Block(blocks.take());
      return ring[at].bytes;
    }
    Block block = ring[at];
    await(filling - BLOCKS, filling - BLOCKS + 1);
    synchronized (this) {
      block.claimed = false;
      block.written = false;
    }
    block.bytes.clear();
    return block.bytes;
  }

  private void start() {
    hasher = new Thread(this::hash, "hash");
    hasher.setDaemon(true);
    hasher.start();
  }

  /**
   * Waits until the blocks before {@code count} are hashed and written; writes, while it waits.
   *
   * @param first the first block that is still in the ring
   */
  private void await(long first, long count) throws IOException {
    long from = Math.max(0, first);
    for (long mine = nextWork(from, count); mine >= 0; mine = nextWork(from, count)) {
      write(mine);
    }
  }

  /** A block to be written by the thread that fills; -1 when there is nothing left to wait for. */
  private synchronized long nextWork(long first, long count) throws IOException {
    while (true) {
      if (failure != null) {
        throw failure;
      }
      if (hashed >= count && allWritten(first, count)) {
        return -1;
      }
      for (long i = first; i < filling; i++) {
        if (claim(i)) {
          return i;
        }
      }
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw interrupted(e);
      }
    }
  }

  private boolean allWritten(long first, long count) {
    for (long i = first; i < count; i++) {
      if (!ring[(int) (i % BLOCKS)].written) {
        return false;
      }
    }
    return true;
  }

  private boolean claim(long index) {
    Block block = ring[(int) (index % BLOCKS)];
    boolean free = !block.claimed;
    block.claimed = true;
    return free;
  }

  private static InterruptedIOException interrupted(InterruptedException cause) {
    InterruptedIOException ended = new InterruptedIOException("interrupted while writing a blob");
    ended.initCause(cause);
    return ended;
  }

  private void write(long index) throws IOException {
    Block block = ring[(int) (index % BLOCKS)];
    file.write(block.bytes, index);
    synchronized (this) {
      block.written = true;
      notifyAll();
    }
  }

  /** The hasher's life: each block in turn, and its writing where nobody has begun that. */
  private void hash() {
    try {
      for (long index = 0; isFull(index); index++) {
        ByteBuffer bytes = ring[(int) (index % BLOCKS)].bytes;
        hash.update(bytes.duplicate().flip());
        boolean mine;
        synchronized (this) {
          hashed = index + 1;
          mine = claim(index);
          notifyAll();
        }
        if (mine) {
          write(index);
        }
      }
    } catch (IOException | RuntimeException e) {
      synchronized (this) {
        failure = e instanceof IOException io ? io : new IOException(e);
        notifyAll();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody interrupts this thread
    }
  }

  /** Waits for a block; false at the end. */
  private synchronized boolean isFull(long index) throws InterruptedException {
    while (index >= filling && !ended) {
      wait();
    }
    return index < filling;
  }

  /**
   * Ends the file: everything is written and hashed afterwards. Idempotent.
   *
   * @return the digest of everything written
   */
  Digest finish() throws IOException {
    if (digest == null) {
      ByteBuffer last = ring[(int) (filling % BLOCKS)].bytes;
      if (hasher != null) {
        await(filling - BLOCKS + 1, filling);
        stop();
      }
      file.writeLast(last, filling);
      hash.update(last.duplicate().flip());
      digest = Digest.ofSha256(hash.digest());
    }
    return digest;
  }

  /** Does nothing: what is not {@link #finish}ed is thrown away by whoever opened the file. */
  @Override
  public void close() {}

  /** Gives everything back; what is not finished is never written. Nothing may follow. */
  void release() {
    stop();
    file.close();
    for (Block block : ring) {
      if (block != null) {
        blocks.give(block.bytes);
      }
    }
    java.util.Arrays.fill(ring, null);
  }

  /** Ends the hasher, soon. */
  private void stop() {
    if (hasher == null) {
      return;
    }
    synchronized (this) {
      ended = true;
      notifyAll();
    }
    boolean interrupted = false;
    while (hasher.isAlive()) {
      try {
        hasher.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    hasher = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
