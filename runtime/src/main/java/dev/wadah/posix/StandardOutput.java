package dev.wadah.posix;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The process's standard output, for a lot of bytes. {@code System.out} waits for a reader however
 * often the writer is interrupted, and hides errors; this lets go, and tells them. Not buffered.
 * Once a thread was interrupted in it, nothing more reaches the descriptor. Closing does nothing:
 * it belongs to the process.
 */
public final class StandardOutput extends OutputStream {
  private final FileChannel channel = new FileOutputStream(FileDescriptor.out).getChannel();

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  /**
   * Writes all of the bytes.
   *
   * @throws java.nio.channels.ClosedByInterruptException if the thread is interrupted
   */
  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(from, offset, length);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
