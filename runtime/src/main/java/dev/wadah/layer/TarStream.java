package dev.wadah.layer;

import dev.wadah.content.PieceInput;
import dev.wadah.layer.tar.TarBlocks;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;

/**
 * The canonical tar of a layer as a stream that is made while it is read, in constant memory. The
 * same entries give the same bytes on any machine. Not for use by several threads at once.
 */
final class TarStream extends PieceInput {
  private final Iterator<LayerEntry> entries;
  private final TarBlocks blocks = new TarBlocks();
  private int blockPosition;
  private int blockLimit;
  private LayerEntry.File file;
  private InputStream content;
  private long contentLeft;
  private boolean ended;

  /** Streams entries that are as {@link CanonicalEntries} makes them. */
  TarStream(Iterable<LayerEntry> entries) {
    this.entries = entries.iterator();
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      if (blockPosition < blockLimit) {
        int n = Math.min(length - done, blockLimit - blockPosition);
        System.arraycopy(blocks.bytes(), blockPosition, into, offset + done, n);
        blockPosition += n;
        done += n;
      } else if (contentLeft > 0) {
        done += readContent(into, offset + done, length - done);
      } else if (!advance()) {
        break;
      }
    }
    return done == 0 && length > 0 ? -1 : done;
  }

  private int readContent(byte[] into, int offset, int length) throws IOException {
    int wanted = (int) Math.min(length, contentLeft);
    int n;
    if (content == null && wanted == contentLeft && file.content() instanceof HostContent host) {
      n = Posix.readFile(Posix.CWD, host.file(), into, offset, wanted);
    } else {
      content = content == null ? file.content().open() : content;
      n = content.read(into, offset, wanted);
    }
    if (n <= 0) {
      throw new IOException(
          "%s changed while it was read: it became shorter than %d bytes"
              .formatted(file.path(), file.node().sizeBytes()));
    }
    contentLeft -= n;
    if (contentLeft == 0) {
      finishContent();
    }
    return n;
  }

  private void finishContent() throws IOException {
    if (content != null) {
      content.close();
      content = null;
    }
    // What fills the block up comes from the same place as headers: the end of the first block is
    // 0.
    blocks.end();
    blockPosition = 0;
    blockLimit = TarBlocks.padding(file.node().sizeBytes());
  }

  private boolean advance() throws IOException {
    if (ended) {
      return false;
    }
    try {
      if (entries.hasNext()) {
        header(entries.next());
      } else {
        ended = true;
        blocks.end();
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    blockPosition = 0;
    blockLimit = blocks.length();
    return true;
  }

  private void header(LayerEntry entry) {
    blocks.entry(TarEntries.of(entry));
    if (entry instanceof LayerEntry.File f) {
      file = f;
      contentLeft = f.node().isFile() ? f.node().sizeBytes() : 0;
    }
  }

  @Override
  public void close() throws IOException {
    ended = true;
    contentLeft = 0;
    blockLimit = 0;
    if (content != null) {
      content.close();
    }
  }
}
