package dev.wadah.layer.tar;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The content of the entry that a reader is at: stored bytes, and the holes of a sparse file. */
final class TarContent extends InputStream {
  private final TarInput in;
  private final TarPlace place;
  private final byte[] one = new byte[1];
  private long storedLeft;
  private long storedStart;
  private int padding;
  private long consumed;
  private SparseMap holes;
  private int gathered = -1;

  TarContent(TarInput in, TarPlace place) {
    this.in = in;
    this.place = place;
  }

  /** Begins a content of so many bytes; what is left of the one before must have been skipped. */
  void begin(long size) {
    holes = null;
    storedLeft = size;
    storedStart = size;
    consumed = 0;
    gathered = -1;
    padding = TarBlocks.padding(size);
  }

  /**
   * Reads where the holes are, if the entry is a sparse file.
   *
   * @return bytes of the content, holes included
   */
  long findHoles(TarHeader header, PaxRecords pax) throws IOException {
    SparseMap map =
        header.typeFlag() == 'S'
            ? SparseMap.ofGnu(header, this::readExtension)
            : SparseMap.ofPax(pax, new MapLines());
    if (map == null) {
      return storedLeft;
    }
    if (map.storedBytes() > storedLeft) {
      throw place.broken("a sparse map that does not fit its %d bytes".formatted(storedStart));
    }
    storedStart = storedLeft;
    holes = map;
    return map.sizeBytes();
  }

  boolean isSparse() {
    return holes != null;
  }

  /** The blocks that continue the map of an old GNU sparse file lie before its content. */
  private TarHeader readExtension() throws IOException {
    look(TarHeader.BLOCK);
    return new TarHeader(in.buffer(), in.take(TarHeader.BLOCK));
  }

  /** Sparse format 1.0 keeps its map, one number a line, in the first blocks of the content. */
  private final class MapLines implements SparseMap.Numbers {
    @Override
    public long next() throws IOException {
      long value = 0;
      for (int digits = 0; digits < 19; digits++) {
        readStored(one, 1);
        if (one[0] == '\n' && digits > 0) {
          return value;
        }
        if (one[0] < '0' || one[0] > '9') {
          break;
        }
        value = value * 10 + (one[0] - '0');
      }
      throw place.broken("a sparse map without numbers");
    }

    @Override
    public void alignToBlock() throws IOException {
      int rest = TarBlocks.padding(storedStart - storedLeft);
      readStored(new byte[rest], rest);
    }
  }

  /** Reads so many of the stored bytes. */
  void readStored(byte[] into, int length) throws IOException {
    if (length > storedLeft) {
      throw place.broken("less content than it says");
    }
    for (int done = 0; done < length; ) {
      done += readSome(into, done, length - done);
    }
  }

  /** Passes over what is left, up to the next header. */
  void finish() throws IOException {
    long left = storedLeft + padding;
    storedLeft = 0;
    padding = 0;
    if (!in.skip(left)) {
      throw place.tooShort();
    }
  }

  @Override
  public int read() throws IOException {
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (holes == null) {
      int n = (int) Math.min(length, storedLeft);
      return n == 0 ? -1 : readSome(into, offset, n);
    }
    long run = holes.run(consumed);
    int n = (int) Math.min(length, Math.abs(run));
    if (run == 0) {
      return -1;
    }
    if (run > 0) {
      n = readSome(into, offset, n);
    } else {
      Arrays.fill(into, offset, offset + n, (byte) 0);
    }
    consumed += n;
    return n;
  }

  /** See {@link TarReader#holeBytes}. */
  long holeBytes() {
    return holes == null ? 0 : Math.max(0, -holes.run(consumed));
  }

  /** See {@link TarReader#skipHole}. */
  void skipHole() {
    consumed += holeBytes();
  }

  /** See {@link TarReader#gather}. */
  int gather() throws IOException {
    if (gathered >= 0) {
      return gathered;
    }
    if (holes != null || storedLeft > TarReader.GATHERED_BYTES || storedLeft != storedStart) {
      return -1;
    }
    look((int) storedLeft);
    gathered = in.take((int) storedLeft);
    storedLeft = 0;
    return gathered;
  }

  private int readSome(byte[] into, int offset, int length) throws IOException {
    int n = in.read(into, offset, length);
    if (n < 0) {
      throw place.tooShort();
    }
    storedLeft -= n;
    return n;
  }

  private void look(int count) throws IOException {
    if (in.ahead(count) < count) {
      throw place.tooShort();
    }
  }
}
