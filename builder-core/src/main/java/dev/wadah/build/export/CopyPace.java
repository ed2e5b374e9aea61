package dev.wadah.build.export;

import dev.wadah.layer.Pace;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.function.LongConsumer;

/**
 * Counts the bytes of files that are written, of all together, and tells of them where it takes
 * long. Not for use by several threads at once.
 */
final class CopyPace {
  private final Pace pace;
  private long bytes;

  /** Counts from zero; {@code listener} hears now and then. */
  CopyPace(LongConsumer listener) {
    this.pace = new Pace(listener);
  }

  /**
   * Further bytes are written; 0 for a file that has none.
   *
   * @throws InterruptedIOException if the thread is interrupted
   */
  void add(long more) throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while writing files");
    }
    bytes += more;
    pace.at(bytes);
  }

  /** A stream whose bytes count. */
  InputStream watch(InputStream content) {
    return new FilterInputStream(content) {
      @Override
      public int read() throws IOException {
        int read = in.read();
        add(read < 0 ? 0 : 1);
        return read;
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        int n = in.read(into, offset, length);
        add(Math.max(n, 0));
        return n;
      }
    };
  }
}
