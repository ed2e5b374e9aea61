package dev.wadah.build.context;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Content of a file that must stay as it was when it was looked at: its digest is part of a cache
 * key, so other content must never be stored under it.
 */
final class UnchangingInput extends InputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  private final HostTree tree;
  private final OpenFile file;
  private final String path;
  private final Stamp before;
  private final ByteBuffer buffer;
  private boolean closed;

  /** Reads a file of {@code tree}, which is closed with the stream. */
  UnchangingInput(HostTree tree, OpenFile file, String path) throws IOException {
    this.tree = tree;
    this.file = file;
    this.path = path;
    this.before = tree.stamp(path);
    // Many small files are read in a row, and direct memory is freed late.
    long size = before == null ? 0 : before.sizeBytes();
    this.buffer = ByteBuffer.allocateDirect((int) Math.min(BUFFER_BYTES, size + 1)).limit(0);
  }

  @Override
  public int read() throws IOException {
    return isFilled() ? buffer.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!isFilled()) {
      return -1;
    }
    int n = Math.min(length, buffer.remaining());
    buffer.get(into, offset, n);
    return n;
  }

  private boolean isFilled() throws IOException {
    if (!buffer.hasRemaining()) {
      buffer.position(0).limit(file.read(buffer));
    }
    return buffer.hasRemaining();
  }

  /**
   * Closes the file.
   *
   * @throws IOException if it is another one by now, or has changed
   */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (file) {
      if (!file.stamp().equals(before)) {
        throw tree.changing(path);
      }
    }
  }
}
