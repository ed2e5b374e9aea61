package dev.wadah.image.transfer;

import java.io.IOException;
import java.io.InputStream;
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
 * Compresses with gzip on all processors: the input is cut into blocks of a fixed size, each
 * compressed with the end of the one before as its dictionary, and joined to one member. The bytes
 * depend on the content and the level only, not on the number of processors.
 */
final class GzipBlocks {
  /** Part of the format of our blobs: another size gives other bytes. */
  private static final int BLOCK_BYTES = 1 << 20;

  private static final int DICTIONARY_BYTES = 32 << 10;

  /** Magic, deflate, no flags, no time, no extra flags, operating system unknown. */
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255};

  private final int level;
  private final int processors;

  GzipBlocks(int level, int processors) {
    this.level = level;
    this.processors = processors;
  }

  /** Compresses all of {@code in}; both streams stay open. */
  void compress(InputStream in, OutputStream out) throws IOException {
    ExecutorService pool =
        Executors.newFixedThreadPool(
            processors,
            task -> {
              Thread thread = new Thread(task, "wadah-gzip");
              thread.setDaemon(true);
              return thread;
            });
    try {
      compress(in, out, pool);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while compressing a layer");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a block could not be compressed", e);
    } finally {
      pool.shutdownNow();
    }
  }

  private void compress(InputStream in, OutputStream out, ExecutorService pool)
      throws IOException, InterruptedException, ExecutionException {
    out.write(HEADER);
    CRC32 crc = new CRC32();
    long size = 0;
    Deque<Future<byte[]>> ahead = new ArrayDeque<>();
    byte[] before = new byte[0];
    byte[] block = in.readNBytes(BLOCK_BYTES);
    boolean last;
    do {
      byte[] next = in.readNBytes(BLOCK_BYTES);
      last = next.length == 0;
      crc.update(block);
      size += block.length;
      ahead.add(submit(pool, block, before, last));
      if (ahead.size() > 2 * processors) {
        out.write(ahead.remove().get());
      }
      before = block;
      block = next;
    } while (!last);
    while (!ahead.isEmpty()) {
      out.write(ahead.remove().get());
    }
    writeInt(out, (int) crc.getValue());
    writeInt(out, (int) size);
  }

  private Future<byte[]> submit(ExecutorService pool, byte[] block, byte[] before, boolean last) {
    return pool.submit(() -> deflate(block, before, last));
  }

  private byte[] deflate(byte[] block, byte[] before, boolean last) {
    Deflater deflater = new Deflater(level, true);
    try {
      if (before.length > 0) {
        int length = Math.min(before.length, DICTIONARY_BYTES);
        deflater.setDictionary(before, before.length - length, length);
      }
      deflater.setInput(block);
      if (last) {
        deflater.finish();
      }
      byte[] compressed = new byte[block.length + block.length / 1000 + 128];
      int length = 0;
      while (true) {
        int n =
            deflater.deflate(
                compressed,
                length,
                compressed.length - length,
                last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH);
        length += n;
        boolean full = length == compressed.length;
        if (!full || deflater.finished()) {
          return Arrays.copyOf(compressed, length);
        }
        compressed = Arrays.copyOf(compressed, compressed.length * 2);
      }
    } finally {
      deflater.end();
    }
  }

  private static void writeInt(OutputStream out, int value) throws IOException {
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(value >>> shift);
    }
  }
}
