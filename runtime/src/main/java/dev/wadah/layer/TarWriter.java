package dev.wadah.layer;

import dev.wadah.layer.tar.TarBlocks;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;

/**
 * Writes a tar that is not a layer: a root file system, an archive of blobs. The headers are those
 * of layers, but for times, which are to the nanosecond. Takes constant memory, and ends soon after
 * its thread is interrupted. Not for several threads.
 */
public final class TarWriter {
  private static final byte[] ZEROS = new byte[TarBlocks.BLOCK];

  private final TarBlocks blocks = new TarBlocks(TarBlocks.Times.NANOSECONDS);
  private final byte[] buffer = new byte[1 << 16];
  private final OutputStream out;

  /** Writes to {@code out}, which stays open. */
  public TarWriter(OutputStream out) {
    this.out = out;
  }

  /** Writes an entry with its content. */
  public void put(LayerEntry entry) throws IOException {
    header(entry);
    if (entry instanceof LayerEntry.File file
        && file.node().isFile()
        && file.node().sizeBytes() > 0) {
      try (InputStream in = file.content().open()) {
        content(file, in);
      }
    }
  }

  /** Writes a file with what {@code content} holds, which stays open. */
  public void put(LayerEntry.File file, InputStream content) throws IOException {
    header(file);
    content(file, content);
  }

  private void header(LayerEntry entry) throws IOException {
    blocks.entry(TarEntries.of(entry));
    out.write(blocks.bytes(), 0, blocks.length());
  }

  private void content(LayerEntry.File file, InputStream in) throws IOException {
    long size = file.node().sizeBytes();
    for (long left = size; left > 0; ) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while writing a tar");
      }
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        throw new IOException(
            "%s is shorter than the %d bytes that it should have".formatted(file.path(), size));
      }
      out.write(buffer, 0, n);
      left -= n;
    }
    out.write(ZEROS, 0, TarBlocks.padding(size));
  }

  /** Writes the end of the archive. */
  public void end() throws IOException {
    blocks.end();
    out.write(blocks.bytes(), 0, blocks.length());
  }
}
