package dev.wadah.build.context;

import dev.wadah.content.ByteSink;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A file that is open for reading; not for several threads. */
final class OpenFile implements Closeable {
  private final HostFiles files;
  private final int number;

  OpenFile(HostFiles files, int number) {
    this.files = files;
    this.number = number;
  }

  /**
   * Reads on.
   *
   * @param into a direct buffer that is the caller's alone, and filled from its start
   * @return bytes read; 0 at the end
   */
  int read(ByteBuffer into) throws IOException {
    return files.read(number, into);
  }

  /** Copies what follows, at most {@code length} bytes; how many. */
  long copy(long length, ByteSink sink) throws IOException {
    return files.copy(number, length, sink);
  }

  /** What tells whether it has changed. */
  Stamp stamp() throws IOException {
    return Stamp.of(files.status(number));
  }

  /** Once. */
  @Override
  public void close() {
    files.close(number);
  }
}
