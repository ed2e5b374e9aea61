package dev.wadah.layer.tar;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;

/** Writes a tar once more with no file younger than a given time. */
public final class TarTimes {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long NANOS = 1_000_000_000L;

  private final InputStream in;
  private final OutputStream out;
  private final long latest;
  private final byte[] block = new byte[TarHeader.BLOCK];
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private boolean changed;

  private TarTimes(InputStream in, OutputStream out, long latest) {
    this.in = in;
    this.out = out;
    this.latest = latest;
  }

  /**
   * Copies a tar of Wadah's form with {@code latest} in the place of every later modification time,
   * in constant memory.
   *
   * @param latest seconds since 1970, not negative
   * @return whether there was a later one
   * @throws InvalidLayerException if the tar is broken, or of another form
   * @throws InterruptedIOException if the thread is interrupted
   */
  public static boolean copy(InputStream in, OutputStream out, long latest) throws IOException {
    TarTimes copy = new TarTimes(in, out, latest);
    copy.all();
    return copy.changed;
  }

  private void all() throws IOException {
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
      TarBlocks.octal(block, TarHeader.MTIME, TarHeader.MTIME_WIDTH, latest);
      TarBlocks.putSum(block);
      changed = true;
    }
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
