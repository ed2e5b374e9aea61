package dev.wadah.build.files;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Bytes that can be read at any place any number of times: in memory when there are few, else in a
 * file that has no name, so that nothing is left behind. May be read by several threads.
 */
public final class Spool {
  private static final int MEMORY_BYTES = 4 << 20;

  private final byte[] bytes;
  private final FileChannel channel;

  private Spool(byte[] bytes, FileChannel channel) {
    this.bytes = bytes;
    this.channel = channel;
  }

  /** Reads a stream to its end. */
  public static Spool of(InputStream in) throws IOException {
    byte[] start = in.readNBytes(MEMORY_BYTES);
    if (start.length < MEMORY_BYTES) {
      return new Spool(start, null);
    }
    Path file = Files.createTempFile("wadah-spool-", ".tmp");
    FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    write(channel, start, start.length);
    byte[] buffer = new byte[1 << 17];
    for (int n; (n = in.read(buffer)) >= 0; ) {
      write(channel, buffer, n);
    }
    return new Spool(null, channel);
  }

  private static void write(FileChannel channel, byte[] buffer, int length) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(buffer, 0, length);
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  /** The bytes of a file, read in place. */
  public static Spool of(Path file) throws IOException {
    return new Spool(null, FileChannel.open(file, StandardOpenOption.READ));
  }

  /** How many bytes there are. */
  public long sizeBytes() throws IOException {
    return bytes != null ? bytes.length : channel.size();
  }

  /**
   * Reads exactly {@code length} bytes at {@code position}.
   *
   * @throws EOFException if there are fewer
   */
  public byte[] read(long position, int length) throws IOException {
    byte[] out = new byte[length];
    if (open(position, length).readNBytes(out, 0, length) < length) {
      throw new EOFException("the archive ends in the middle of an entry");
    }
    return out;
  }

  /** Opens a part; it ends early if the bytes do. */
  public InputStream open(long position, long length) {
    if (bytes != null) {
      int from = (int) Math.min(position, bytes.length);
      return new ByteArrayInputStream(bytes, from, (int) Math.min(length, bytes.length - from));
    }
    return new Part(channel, position, length);
  }

  /** A part of a file. */
  private static final class Part extends InputStream {
    private final FileChannel channel;
    private final long end;
    private long position;

    Part(FileChannel channel, long position, long length) {
      this.channel = channel;
      this.position = position;
      this.end = position + length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int wanted = (int) Math.min(length, end - position);
      if (wanted <= 0) {
        return -1;
      }
      int n = channel.read(ByteBuffer.wrap(buffer, offset, wanted), position);
      if (n > 0) {
        position += n;
      }
      return n;
    }
  }
}
