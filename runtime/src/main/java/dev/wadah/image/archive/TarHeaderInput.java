package dev.wadah.image.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * A tar file for somebody who reads all that is in it and wants the headers only: contents that are
 * {@linkplain #passTo passed} are not read from the disk, and what stands in the reader's buffer
 * for them means nothing. The file still ends where it ends. Not thread-safe.
 */
final class TarHeaderInput extends InputStream {
  private final RandomAccessFile file;
  private final long length;
  private long position;
  private long passedTo;

  TarHeaderInput(Path path) throws IOException {
    this.file = new RandomAccessFile(path.toFile(), "r");
    this.length = file.length();
  }

  /** From here to {@code offset}, from the file's begin, nothing is of use. */
  void passTo(long offset) {
    passedTo = offset;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  /**
   * Reads, or goes on without having read.
   *
   * @throws InterruptedIOException if the thread is interrupted: an archive may be long
   */
  @Override
  public int read(byte[] buffer, int offset, int count) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("reading of an archive was cancelled");
    }
    int n;
    if (position < passedTo && position < length) {
      n = (int) Math.min(count, Math.min(passedTo, length) - position);
    } else {
      file.seek(position);
      n = file.read(buffer, offset, count);
    }
    position += Math.max(0, n);
    return n;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
