package dev.wadah.cli;

import dev.wadah.content.PieceInput;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/**
 * The process's standard input. {@code System.in} waits for bytes however often its reader is
 * interrupted, so Ctrl-C would not end {@code something-slow | wadah load}; a channel lets go. Not
 * buffered; opened when it is first read from, since most commands never do. For one thread.
 */
final class StandardInput extends PieceInput {
  private FileChannel channel;

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
