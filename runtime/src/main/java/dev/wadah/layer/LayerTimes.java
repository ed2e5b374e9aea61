package dev.wadah.layer;

import dev.wadah.content.ContentStore;
import dev.wadah.oci.DiffId;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * Makes layers whose files are not younger than a given time. A layer in Wadah's own form stays in
 * that form: only the time in the headers changes.
 */
public final class LayerTimes {
  private static final int MTIME_AT = 136;
  private static final int SUM_AT = 148;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long NANOS = 1_000_000_000L;

  private final LayerStore layers;
  private final ContentStore content;

  public LayerTimes(LayerStore layers, ContentStore content) {
    this.layers = layers;
    this.content = content;
  }

  /**
   * The layer with {@code latest} in the place of every later modification time, in the content
   * store; the same layer where none is later. One pass, constant memory.
   *
   * @param latest not before 1970; whole seconds count
   * @throws InvalidLayerException if the layer's tar is broken
   * @throws InterruptedIOException if the thread is interrupted
   */
  public DiffId atMost(DiffId layer, Instant latest) throws IOException {
    if (layer.equals(LayerStore.EMPTY)) {
      return layer;
    }
    try (InputStream tar = layers.openTar(layer);
        ContentStore.Ingest ingest = content.ingest()) {
      Copy copy = new Copy(tar, ingest.out(), latest.getEpochSecond());
      copy.all();
      return copy.changed ? new DiffId(ingest.commit()) : layer;
    }
  }

  /** A tar on its way. */
  private static final class Copy {
    private final InputStream in;
    private final OutputStream out;
    private final long latest;
    private final byte[] block = new byte[TarHeader.BLOCK];
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private boolean changed;

    Copy(InputStream in, OutputStream out, long latest) {
      this.in = in;
      this.out = out;
      this.latest = latest;
    }

    void all() throws IOException {
      TarHeader header = new TarHeader(block, 0);
      PaxRecords pax = new PaxRecords();
      while (nextBlock()) {
        if (header.isZero()) {
          out.write(block);
          continue;
        }
        if (!header.hasValidSum()) {
          throw new InvalidLayerException("the header of a layer has a wrong check sum");
        }
        if (header.typeFlag() == 'x') {
          records(header, pax);
        } else {
          limit(header);
          out.write(block);
          body(stored(header, pax));
          pax = new PaxRecords();
        }
      }
    }

    private boolean nextBlock() throws IOException {
      int n = in.readNBytes(block, 0, block.length);
      if (n > 0 && n < block.length) {
        throw new InvalidLayerException("a layer ends in the middle of a header");
      }
      return n > 0;
    }

    /** What the next header cannot say, such as the size of a large file. */
    private void records(TarHeader header, PaxRecords pax) throws IOException {
      long size = header.sizeBytes();
      if (size < 0 || size > TarReader.LONGEST_HEADER_BYTES) {
        throw new InvalidLayerException("a layer has a header of %d bytes".formatted(size));
      }
      byte[] records = in.readNBytes((int) size + TarBlocks.padding(size));
      pax.add(records, (int) Math.min(size, records.length));
      if (pax.nanos("mtime", Long.MIN_VALUE) / NANOS > latest) {
        throw new InvalidLayerException("a layer has a time that its headers cannot hold");
      }
      out.write(block);
      out.write(records);
    }

    private void limit(TarHeader header) {
      if (header.mtimeSeconds() > latest) {
        octal(MTIME_AT, 11, latest);
        block[MTIME_AT + 11] = 0;
        sum();
        changed = true;
      }
    }

    private void sum() {
      Arrays.fill(block, SUM_AT, SUM_AT + 8, (byte) ' ');
      int sum = 0;
      for (byte b : block) {
        sum += b & 0xff;
      }
      octal(SUM_AT, 6, sum);
      block[SUM_AT + 6] = 0; // a blank stays behind it
    }

    private void octal(int at, int digits, long value) {
      byte[] text = ("%0" + digits + "o").formatted(value).getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(text, 0, block, at, digits);
    }

    /** Bytes behind a header; links and directories of other programs may claim some. */
    private static long stored(TarHeader header, PaxRecords pax) throws IOException {
      byte type = header.typeFlag();
      if (type >= '1' && type <= '6') {
        return 0;
      }
      if ("0gLK\0".indexOf((char) type) < 0) {
        throw new InvalidLayerException(
            "a layer has an entry of type '%c', whose time cannot be changed".formatted(type));
      }
      long size = pax.number("size", header.sizeBytes());
      if (size < 0 || size > TarReader.LONGEST_FILE_BYTES) {
        throw new InvalidLayerException("a layer has a size of %d bytes".formatted(size));
      }
      return size;
    }

    private void body(long size) throws IOException {
      long left = size + TarBlocks.padding(size);
      while (left > 0) {
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException("interrupted while writing a layer");
        }
        int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (n < 0) {
          throw new InvalidLayerException("a layer ends in the middle of a file");
        }
        out.write(buffer, 0, n);
        left -= n;
      }
    }
  }
}
