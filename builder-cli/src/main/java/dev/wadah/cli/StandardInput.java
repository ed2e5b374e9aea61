package dev.wadah.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/**
 * The process's standard input. {@code System.in} waits for bytes however often its reader is
 * interrupted, so Ctrl-C would not end {@code something-slow | wadah load}; a channel lets go. Not
 * buffered; opened when it is first read from, since most commands never do. For one thread.
 */
final class StandardInput extends InputStream {
  private FileChannel channel;

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  /**
   * Reads what is there, waiting for at least a byte.
   *
   * @throws java.nio.channels.ClosedByInterruptException if the thread is interrupted
   */
  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    return length == 0 ? 0 : channel().read(ByteBuffer.wrap(into, offset, length));
  }

  private FileChannel channel() {
    if (channel == null) {
      channel = new FileInputStream(FileDescriptor.in).getChannel();
    }
    return channel;
  }
}
