package dev.wadah.layer.tar;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of an archive: looked at ahead in one buffer, read, passed over, and counted. */
final class TarInput implements Closeable {
  private static final int BUFFER_BYTES = 1 << 17;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;
  private long streamed;

  TarInput(InputStream in) {
    this.in = in;
  }

  /** What {@link #take} points into; its content moves with the next look ahead. */
  byte[] buffer() {
    return buffer;
  }

  /** How many bytes were read or passed over so far. */
  long position() {
    return streamed - (limit - position);
  }

  /**
   * Brings the next {@code count} bytes into the buffer, at most half of it.
   *
   * @return how many there are, at most {@code count}; fewer only at the end of the archive
   */
  int ahead(int count) throws IOException {
    if (limit - position >= count) {
      return count;
    }
    if (position > 0) {
      System.arraycopy(buffer, position, buffer, 0, limit - position);
      limit -= position;
      position = 0;
    }
    while (limit < count) {
      int n = in.read(buffer, limit, buffer.length - limit);
      if (n < 0) {
        return limit;
      }
      limit += n;
      streamed += n;
    }
    return count;
  }

  /** Reads on by bytes that are in the buffer; where in it they start. */
  int take(int count) {
    int start = position;
    position += count;
    return start;
  }

  /** Reads at least one byte, or -1 at the end of the archive. */
  int read(byte[] into, int offset, int length) throws IOException {
    if (position == limit && length >= buffer.length) {
      int n = in.read(into, offset, length);
      streamed += Math.max(0, n);
      return n;
    }
    if (length > 0 && ahead(1) == 0) {
      return -1;
    }
    int n = Math.min(length, limit - position);
    System.arraycopy(buffer, take(n), into, offset, n);
    return n;
  }

  /**
   * Passes over bytes. A file is skipped by seeking; what lies beyond its end shows at the next
   * read.
   *
   * @return false if the archive ends before
   */
  boolean skip(long count) throws IOException {
    long left = count;
    while (left > 0) {
      int n = (int) Math.min(left, limit - position);
      position += n;
      left -= n;
      long skipped = left > buffer.length ? in.skip(left) : 0;
      left -= skipped;
      streamed += skipped;
      if (left > 0 && ahead(1) == 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
