package dev.wadah.build.files;

import dev.wadah.content.PieceInput;
import dev.wadah.layer.LayerEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Contents of files that come one after the other and are read later, in any order and any number
 * of times: in memory while they are few, then in a file that has no name, so that nothing is left
 * behind. Written by one thread, afterwards read by any.
 */
final class Spool {
  private static final int MEMORY_BYTES = 4 << 20;

  private final byte[] buffer = new byte[1 << 16];
  private ByteArrayOutputStream memory = new ByteArrayOutputStream();
  private byte[] bytes;
  private FileChannel channel;
  private long size;

  /** Takes a content. */
  LayerEntry.Content keep(InputStream content) throws IOException {
    long start = add(content);
    return new Kept(this, start, size - start);
  }

  private long add(InputStream content) throws IOException {
    long start = size;
    for (int n; (n = content.read(buffer, 0, buffer.length)) >= 0; ) {
      if (channel == null && size + n > MEMORY_BYTES) {
        moveToFile();
      }
      if (channel == null) {
        memory.write(buffer, 0, n);
      } else {
        write(buffer, n);
      }
      size += n;
    }
    bytes = null;
    return start;
  }

  private void moveToFile() throws IOException {
    Path file = Files.createTempFile("wadah-spool-", ".tmp");
    channel =
        FileChannel.open(
            file,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    byte[] start = memory.toByteArray();
    write(start, start.length);
    memory = new ByteArrayOutputStream();
  }

  private void write(byte[] source, int length) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(source, 0, length);
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  /** A content that was taken; any that is made with the same numbers is the same. */
  record Kept(Spool spool, long start, long length) implements LayerEntry.Content {
    @Override
    public InputStream open() {
      return spool.open(start, length);
    }

    @SuppressWarnings("ReferenceEquality") // a spool is what it is
    boolean isIn(Spool other) {
      return spool == other;
    }
  }

  private InputStream open(long start, long length) {
    if (channel != null) {
      return new Part(channel, start, length);
    }
    return new ByteArrayInputStream(inMemory(), (int) start, (int) length);
  }

  private synchronized byte[] inMemory() {
    if (bytes == null) {
      bytes = memory.toByteArray();
    }
    return bytes;
  }

  /** A part of a file. */
  private static final class Part extends PieceInput {
    private final FileChannel channel;
    private final long end;
    private long position;

    Part(FileChannel channel, long position, long length) {
      this.channel = channel;
      this.position = position;
      this.end = position + length;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int wanted = (int) Math.min(length, end - position);
      if (wanted <= 0) {
        return -1;
      }
      int n = channel.read(ByteBuffer.wrap(into, offset, wanted), position);
      if (n > 0) {
        position += n;
      }
      return n;
    }
  }
}
