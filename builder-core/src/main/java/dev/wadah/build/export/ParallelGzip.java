package dev.wadah.build.export;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes gzip (RFC 1952) with all processors: blocks of a fixed size are deflated on their own,
 * each with the 32 KiB before it as dictionary, and joined to one stream. Neither the number of
 * threads nor the way the input is cut into writes changes the bytes; the header has no time and no
 * name.
 */
final class ParallelGzip extends OutputStream {
  /** Input bytes of one block. */
  static final int BLOCK_BYTES = 512 << 10;

  private static final int WINDOW_BYTES = 32 << 10;
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  private final OutputStream out;
  private final int level;
  private final int ahead;
  private final ExecutorService pool;
  private final Deque<Future<byte[]>> pending = new ArrayDeque<>();
  private final CRC32 crc = new CRC32();
  private byte[] block = new byte[BLOCK_BYTES];
  private int filled;
  private byte[] window = new byte[0];
  private long total;
  private boolean closed;

  /**
   * Begins a stream.
   *
   * @param out closed with this one
   * @param level 0 to 9
   */
  ParallelGzip(OutputStream out, int level) throws IOException {
    int threads = Runtime.getRuntime().availableProcessors();
    this.out = out;
    this.level = level;
    this.ahead = threads * 2;
    this.pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "gzip");
              thread.setDaemon(true);
              return thread;
            });
    out.write(HEADER);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    crc.update(bytes, offset, length);
    total += length;
    int from = offset;
    for (int left = length; left > 0; ) {
      if (filled == BLOCK_BYTES) {
        submit(Deflater.SYNC_FLUSH);
      }
      int n = Math.min(left, BLOCK_BYTES - filled);
      System.arraycopy(bytes, from, block, filled, n);
      filled += n;
      from += n;
      left -= n;
    }
  }

  private void submit(int flush) throws IOException {
    byte[] input = block;
    int length = filled;
    byte[] dictionary = window;
    pending.add(pool.submit(() -> deflate(input, length, dictionary, flush)));
    window = Arrays.copyOfRange(input, Math.max(0, length - WINDOW_BYTES), length);
    block = new byte[BLOCK_BYTES];
    filled = 0;
    while (pending.size() > ahead) {
      writeFirst();
    }
  }

  private byte[] deflate(byte[] input, int length, byte[] dictionary, int flush) {
    Deflater deflater = new Deflater(level, true);
    try {
      if (dictionary.length > 0) {
        deflater.setDictionary(dictionary);
      }
      deflater.setInput(input, 0, length);
      if (flush == Deflater.NO_FLUSH) {
        deflater.finish();
      }
      byte[] output = new byte[length + (length >> 3) + 64];
      int size = 0;
      while (true) {
        int n = deflater.deflate(output, size, output.length - size, flush);
        size += n;
        // a flush is whole once it leaves room in the output
        if (deflater.finished() || size < output.length) {
          return Arrays.copyOf(output, size);
        }
        output = Arrays.copyOf(output, output.length * 2);
      }
    } finally {
      deflater.end();
    }
  }

  private void writeFirst() throws IOException {
    try {
      out.write(pending.remove().get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException stop = new InterruptedIOException("compressing was interrupted");
      stop.initCause(e);
      throw stop;
    } catch (ExecutionException e) {
      throw new IOException("compressing failed", e.getCause());
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (out) {
      submit(Deflater.NO_FLUSH);
      while (!pending.isEmpty()) {
        writeFirst();
      }
      writeTrailer();
    } finally {
      pool.shutdownNow();
    }
  }

  private void writeTrailer() throws IOException {
    byte[] trailer = new byte[8];
    long sum = crc.getValue();
    for (int i = 0; i < 4; i++) {
      trailer[i] = (byte) (sum >>> (8 * i));
      trailer[4 + i] = (byte) (total >>> (8 * i));
    }
    out.write(trailer);
  }
}
