package dev.wadah.content;

import dev.wadah.oci.Digest;
import dev.wadah.posix.NativeSha256;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Writes a file and computes its SHA-256. What is longer than one block is hashed in one thread and
 * written in another, while the caller fills the next blocks: hashing takes longest, and so nothing
 * must keep its thread from it. One thread writes, since a file lets in only one at a time.
 *
 * <p>For use by one thread at a time. Constant memory: {@value #BLOCKS} blocks at most, fewer where
 * {@link Blocks} has no more. A blob that gets only one writes and hashes it in the caller's
 * thread, and asks again behind each: it waits for nobody, however many blobs one thread has open.
 */
public final class BlobOutput extends OutputStream implements ByteSink {
  /** In place of a file: the bytes are hashed only. */
  static final int NO_FILE = BlockFile.NONE;

  private static final int BLOCKS = 8;

  private final BlockFile file;
  private final Blocks blocks;
  private final NativeSha256 hash = new NativeSha256();
  private final boolean kept;

  /** What is being filled. */
  private ByteBuffer current;

  /** Bytes in front of that. */
  private long before;

  /** Where block i is, at i modulo {@value #BLOCKS}, from when it is begun until it is done. */
  private final ByteBuffer[] ring = new ByteBuffer[BLOCKS];

  /** How many of the ring's places are taken: those up to the one that is being filled. */
  private int held;

  /** Where in the file block 0 is. */
  private long ringStart;

  /** Empty until a block is full and another one there. */
  private List<Worker> workers = List.of();

  /** The block that is being filled, counted from 0; those before it are full. */
  private long filling;

  private boolean ended;
  private IOException failure;
  private Digest digest;

  /** What is done with every full block, in a thread of its own. */
  private final class Worker {
    private final Work work;
    private final Thread thread;

    /** How many blocks it has done. */
    long done;

    Worker(String name, Work work) {
      this.work = work;
      this.thread = new Thread(this::run, name);
      thread.setDaemon(true);
    }

    private void run() {
      try {
        for (long index = 0; isFull(index); index++) {
          work.take(block(index), index);
          tellDone(this, index + 1);
        }
      } catch (IOException | RuntimeException e) {
        tellFailure(e instanceof IOException io ? io : new IOException(e));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // nobody interrupts this thread
      }
    }
  }

  /** Takes a full block, whose position must stay. */
  private interface Work {
    void take(ByteBuffer block, long index) throws IOException;
  }

  /**
   * Writes from the start of an open file.
   *
   * @param file a descriptor, which stays open and belongs to the caller; or {@link #NO_FILE}
   */
  BlobOutput(int file, Blocks blocks) {
    this.file = new BlockFile(file);
    this.blocks = blocks;
    current = blocks.takeSmall();
    this.kept = file != NO_FILE;
  }

  @Override
  public ByteBuffer space() throws IOException {
    if (!current.hasRemaining()) {
      current = next();
    }
    return current;
  }

  private ByteBuffer block(long index) {
    return ring[(int) (index % BLOCKS)];
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
    return before + current.position();
  }

  private ByteBuffer next() throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted(null);
    }
    if (held == 0) {
      doAlone();
      return begin(blocks.tryTake());
    }
    ByteBuffer more = held < BLOCKS ? blocks.tryTake() : null;
    if (more == null && workers.isEmpty()) {
      doAlone();
      ringStart = before;
      return current.clear();
    }
    return nextOfRing(more);
  }

  /** Does at once what is to be done with the buffer that is full. */
  private void doAlone() throws IOException {
    file.write(current, before);
    hash.update(current.duplicate().flip());
    before += current.position();
  }

  /** Goes on with the first block, where there is one for this blob, else with the small buffer. */
  private ByteBuffer begin(ByteBuffer first) {
    if (first == null) {
      return current.clear();
    }
    blocks.give(current);
    ringStart = before;
    ring[0] = first;
    held = 1;
    return first;
  }

  /**
   * Leaves the full block to the threads.
   *
   * @param more the next one; null to take the oldest
   */
  private ByteBuffer nextOfRing(ByteBuffer more) throws IOException {
    if (workers.isEmpty()) {
      start();
    }
    before += Blocks.BYTES;
    synchronized (this) {
      filling++;
      notifyAll();
    }
    ByteBuffer next = more;
    if (next == null) {
      next = oldest();
    } else {
      held++;
    }
    ring[(int) (filling % BLOCKS)] = next;
    return next;
  }

  /** Waits for the block that was begun first, and takes it out of the ring to be filled again. */
  private ByteBuffer oldest() throws IOException {
    long index = filling - held;
    await(index + 1);
    ByteBuffer block = block(index);
    ring[(int) (index % BLOCKS)] = null;
    return block.clear();
  }

  private void start() {
    Worker hasher = new Worker("hash", (block, index) -> hash.update(block.duplicate().flip()));
    Worker writer =
        new Worker("write", (block, index) -> file.write(block, ringStart + index * Blocks.BYTES));
    workers = kept ? List.of(hasher, writer) : List.of(hasher);
    for (Worker worker : workers) {
      worker.thread.start();
    }
  }

  /** Waits until the blocks before {@code count} are hashed and written. */
  private synchronized void await(long count) throws IOException {
    while (failure == null && !areDone(count)) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw interrupted(e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private boolean areDone(long count) {
    for (Worker worker : workers) {
      if (worker.done < count) {
        return false;
      }
    }
    return true;
  }

  private static InterruptedIOException interrupted(InterruptedException cause) {
    InterruptedIOException ended = new InterruptedIOException("interrupted while writing a blob");
    ended.initCause(cause);
    return ended;
  }

  private synchronized void tellDone(Worker worker, long count) {
    worker.done = count;
    notifyAll();
  }

  private synchronized void tellFailure(IOException e) {
    failure = e;
    notifyAll();
  }

  /** Waits for a block; false at the end. */
  private synchronized boolean isFull(long index) throws InterruptedException {
    while (index >= filling && !ended) {
      wait();
    }
    return !ended;
  }

  /**
   * Ends the file: everything is written and hashed afterwards. Idempotent.
   *
   * @return the digest of everything written
   */
  Digest finish() throws IOException {
    if (digest == null) {
      if (!workers.isEmpty()) {
        await(filling);
        stop();
      }
      file.writeLast(current, before);
      hash.update(current.duplicate().flip());
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
    if (held == 0 && current != null) {
      blocks.give(current);
    }
    current = null;
    held = 0;
    for (ByteBuffer block : ring) {
      if (block != null) {
        blocks.give(block);
      }
    }
    java.util.Arrays.fill(ring, null);
  }

  /** Ends the threads, soon: each after the block that it is at. */
  private void stop() {
    synchronized (this) {
      ended = true;
      notifyAll();
    }
    boolean interrupted = false;
    for (Worker worker : workers) {
      while (worker.thread.isAlive()) {
        try {
          worker.thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
