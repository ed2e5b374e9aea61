package dev.wadah.layer.toc;

import dev.wadah.oci.Digest;
import dev.wadah.posix.NativeSha256;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Compresses what is put into it on all processors, in parts of which each stands for itself, and
 * writes them in their order. A part is a content, which begins with {@link #begin}, or what is
 * between contents. Small parts share a task, so that a million of them cost no million tasks; what
 * is on its way takes a few MiB for each processor. To be used by one thread.
 */
final class PartStream implements Closeable {
  /** Enough for a task; also where a run of headers is cut. */
  private static final int TASK_BYTES = 1 << 20;

  private static final int FIRST_BYTES = 1 << 12;

  private final OutputStream out;
  private final PartCompressor.Maker compressors;
  private final Joining joining;
  private final ExecutorService pool;
  private final int mostAhead;
  private final Deque<Future<List<Part>>> ahead = new ArrayDeque<>();
  private List<Part> task = new ArrayList<>();
  private int taskBytes;
  private Part part = new Part(null, FIRST_BYTES);
  private long position;

  /** Hears where a content is. */
  @FunctionalInterface
  interface Place {
    /**
     * Called by the thread that puts, in the order of contents.
     *
     * @param offset of the first byte of its part
     * @param end of its part
     * @param digest of the content
     */
    void found(long offset, long end, Digest digest) throws IOException;
  }

  /** Whether what follows a content is in its part. */
  enum Joining {
    /** Up to the next content: a smaller layer. */
    JOINED,
    /** Never: a part has the content and nothing else. */
    APART
  }

  PartStream(OutputStream out, PartCompressor.Maker compressors, Joining joining, int processors) {
    this.out = out;
    this.compressors = compressors;
    this.joining = joining;
    this.mostAhead = processors + 1;
    this.pool =
        Executors.newFixedThreadPool(
            processors,
            run -> {
              Thread thread = new Thread(run, "wadah-layer-parts");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** A part with room for its bytes; the compressed ones take their place. */
  private static final class Part {
    private final Place place;
    private byte[] bytes;
    private int length;
    private int contentLength;
    private byte[] hash;

    Part(Place place, int room) {
      this.place = place;
      this.bytes = new byte[room];
    }

    void put(byte[] from, int offset, int count) {
      if (bytes.length - length < count) {
        bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
      }
      System.arraycopy(from, offset, bytes, length, count);
      length += count;
    }

    void compress(PartCompressor compressor) {
      if (place != null) {
        MessageDigest digest = new NativeSha256();
        digest.update(bytes, 0, contentLength);
        hash = digest.digest();
      }
      bytes = compressor.compress(bytes, length);
    }
  }

  /** Begins a content of so many bytes, which are put next. */
  void begin(int length, Place place) throws IOException {
    close(new Part(place, length + (joining == Joining.JOINED ? FIRST_BYTES : 0)));
    part.contentLength = length;
  }

  /** Puts bytes. */
  void put(byte[] bytes, int offset, int length) throws IOException {
    boolean content = part.length < part.contentLength;
    boolean full = !content && part.length - part.contentLength >= TASK_BYTES;
    boolean behind = !content && part.place != null && joining == Joining.APART;
    if (full || behind) {
      close(new Part(null, FIRST_BYTES));
    }
    part.put(bytes, offset, length);
  }

  /** Ends the part that is open and opens another one. */
  private void close(Part next) throws IOException {
    if (part.length > 0) {
      task.add(part);
      taskBytes += part.length;
      if (taskBytes >= TASK_BYTES) {
        submit();
      }
    }
    part = next;
  }

  private void submit() throws IOException {
    List<Part> parts = task;
    ahead.add(pool.submit(() -> compressed(parts)));
    task = new ArrayList<>();
    taskBytes = 0;
    while (ahead.size() > mostAhead) {
      write();
    }
  }

  private List<Part> compressed(List<Part> parts) {
    try (PartCompressor compressor = compressors.open()) {
      parts.forEach(each -> each.compress(compressor));
    }
    return parts;
  }

  private void write() throws IOException {
    for (Part each : done(ahead.remove())) {
      out.write(each.bytes);
      long offset = position;
      position += each.bytes.length;
      if (each.place != null) {
        each.place.found(offset, position, Digest.ofSha256(each.hash));
      }
    }
  }

  private static List<Part> done(Future<List<Part>> task) throws IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while compressing a layer");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a part of a layer could not be compressed", e);
    }
  }

  /** Writes everything that was put; how many bytes it has become. */
  long finish() throws IOException {
    close(new Part(null, FIRST_BYTES));
    submit();
    while (!ahead.isEmpty()) {
      write();
    }
    return position;
  }

  /** Gives up what is not written; the stream below stays open. */
  @Override
  public void close() {
    pool.shutdownNow();
  }
}
