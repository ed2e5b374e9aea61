package dev.wadah.layer;

import dev.wadah.content.ByteSink;
import dev.wadah.layer.tar.TarBlocks;
import java.io.IOException;
import java.io.InterruptedIOException;

/**
 * Writes the canonical tar of a layer, the same bytes that {@link TarStream} gives, with contents
 * read straight into the buffers of the blob, in constant memory. Ends soon after its thread is
 * interrupted, in the middle of a file too.
 */
final class TarPump implements LayerEntries.Sink {
  private static final byte[] ZEROS = new byte[TarBlocks.BLOCK];

  private final TarBlocks blocks = new TarBlocks();
  private final ByteSink sink;
  private final TarMarks.Builder marks = new TarMarks.Builder();
  private long position;

  TarPump(ByteSink sink) {
    this.sink = sink;
  }

  /** Writes the end of the archive. */
  void end() throws IOException {
    blocks.end();
    sink.put(blocks.bytes(), 0, blocks.length());
  }

  /** Where the entries began. */
  TarMarks marks() {
    return marks.build();
  }

  /** Writes an entry; they come as {@link CanonicalEntries} makes them. */
  @Override
  public void take(LayerEntry entry) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while writing a layer");
    }
    marks.add(entry, position);
    blocks.entry(TarEntries.of(entry));
    position += blocks.length();
    sink.put(blocks.bytes(), 0, blocks.length());
    if (entry instanceof LayerEntry.File file && file.node().isFile()) {
      long size = file.node().sizeBytes();
      if (size > 0) {
        content(file, size);
      }
    }
  }

  private void content(LayerEntry.File file, long size) throws IOException {
    if (file.content().copy(size, sink) < size) {
      throw new IOException(
          "%s changed while it was read: it became shorter than %d bytes"
              .formatted(file.path(), size));
    }
    position += size + TarBlocks.padding(size);
    sink.put(ZEROS, 0, TarBlocks.padding(size));
  }
}
