package dev.wadah.layer;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Reads a stream in a thread of its own, a few blocks ahead, so that decompression overlaps with
 * what the reader does. The thread starts when the stream turns out to be longer than one block,
 * and ends with the stream. For use by one reading thread.
 */
final class ReadAhead extends InputStream {
  private static final int BLOCK_BYTES = 1 << 18;
  private static final int BLOCKS_AHEAD = 4;

  private final InputStream in;
  private final BlockingQueue<Block> full = new ArrayBlockingQueue<>(BLOCKS_AHEAD);
  private final BlockingQueue<Block> empty = new ArrayBlockingQueue<>(BLOCKS_AHEAD + 1);
  private Block current = new Block();
  private int position;
  private Thread reader;

  /** Reads ahead in {@code in}, which is closed with the result. */
  static InputStream of(InputStream in) {
    return new ReadAhead(in);
  }

  private ReadAhead(InputStream in) {
    this.in = in;
  }

  /** Some bytes, or the end, or what went wrong. */
  private static final class Block {
    private final byte[] bytes = new byte[BLOCK_BYTES];
    private int length;
    private boolean last;
    private Throwable failure;

    void fill(InputStream in) {
      length = 0;
      last = false;
      failure = null;
      try {
        while (length < bytes.length && !last) {
          int n = in.read(bytes, length, bytes.length - length);
          last = n < 0;
          length += Math.max(n, 0);
        }
      } catch (IOException | RuntimeException | Error e) {
        failure = e;
        last = true;
      }
    }
  }

  private void run() {
    try {
      Block block;
      do {
        block = empty.take();
        block.fill(in);
        full.put(block);
      } while (!block.last);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed before the end; nobody waits for more
    }
  }

  private void start() {
    for (int i = 0; i < BLOCKS_AHEAD; i++) {
      empty.add(new Block());
    }
    reader = new Thread(this::run, "read-ahead");
    reader.setDaemon(true);
    reader.start();
  }

  /** Makes bytes available; false at the end. */
  private boolean more() throws IOException {
    if (reader == null && !current.last) {
      if (current.length == 0) {
        current.fill(in);
      } else {
        start();
      }
    }
    if (position == current.length && reader != null && !current.last) {
      next();
    }
    if (position < current.length) {
      return true;
    }
    if (current.failure instanceof IOException e) {
      throw e; // as it is, for callers that tell a wrong digest from a broken archive
    }
    if (current.failure != null) {
      throw new IOException(current.failure.toString(), current.failure);
    }
    return !current.last && more();
  }

  private void next() throws IOException {
    try {
      Block done = current;
      current = full.take();
      position = 0;
      empty.put(done);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException ended =
          new InterruptedIOException("interrupted while reading a layer");
      ended.initCause(e);
      throw ended;
    }
  }

  @Override
  public int read() throws IOException {
    return more() ? current.bytes[position++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (!more()) {
      return -1;
    }
    int n = Math.min(length, current.length - position);
    System.arraycopy(current.bytes, position, into, offset, n);
    position += n;
    return n;
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.interrupt();
      boolean interrupted = false;
      while (reader.isAlive()) {
        try {
          reader.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    in.close();
  }
}
