package dev.wadah.layer.tar;

import java.io.IOException;

/**
 * Where the stored bytes of a sparse file belong; the rest are holes (GNU tar "Sparse Formats").
 */
final class SparseMap {
  /** Most pieces that a file may have: one million. */
  static final int MOST_PIECES = 1_000_000;

  private long[] offsets = new long[8];
  private long[] lengths = new long[8];
  private int count;
  private long sizeBytes;
  private int current;

  private SparseMap() {}

  /** The map in an old GNU header and the blocks that continue it. */
  static SparseMap ofGnu(TarHeader header, Blocks more) throws IOException {
    SparseMap map = new SparseMap();
    map.addPieces(header, 386, 4);
    boolean extended = !header.text(482, 1).isEmpty();
    while (extended) {
      TarHeader block = more.next();
      map.addPieces(block, 0, 21);
      extended = !block.text(504, 1).isEmpty();
    }
    return map.finish(header.number(483, 12));
  }

  private void addPieces(TarHeader block, int at, int most) throws InvalidLayerException {
    for (int i = 0; i < most && !block.text(at + i * 24, 12).isEmpty(); i++) {
      add(block.number(at + i * 24, 12), block.number(at + i * 24 + 12, 12));
    }
  }

  /** The map in PAX records, or before the content; null when the file is not sparse. */
  static SparseMap ofPax(PaxRecords pax, Numbers inContent) throws IOException {
    String text = pax.text("GNU.sparse.map", null);
    boolean first = pax.number("GNU.sparse.major", 0) == 1;
    if (text == null && !first) {
      return null;
    }
    SparseMap map = new SparseMap();
    if (first) {
      map.readLines(inContent);
      return map.finish(pax.number("GNU.sparse.realsize", -1));
    }
    String[] numbers = text.split(",", -1);
    for (int i = 0; i + 1 < numbers.length; i += 2) {
      map.add(parse(numbers[i]), parse(numbers[i + 1]));
    }
    long size = pax.number("GNU.sparse.size", -1);
    return map.finish(pax.number("GNU.sparse.realsize", size));
  }

  private void readLines(Numbers numbers) throws IOException {
    long pieces = numbers.next();
    if (pieces > MOST_PIECES) {
      throw broken();
    }
    for (long i = 0; i < pieces; i++) {
      add(numbers.next(), numbers.next());
    }
    numbers.alignToBlock();
  }

  private static long parse(String number) throws InvalidLayerException {
    try {
      return Long.parseLong(number);
    } catch (NumberFormatException e) {
      throw new InvalidLayerException("a sparse file's map is broken", e);
    }
  }

  private static InvalidLayerException broken() {
    return new InvalidLayerException("a sparse file's map is broken");
  }

  private void add(long offset, long length) throws InvalidLayerException {
    long end = count == 0 ? 0 : offsets[count - 1] + lengths[count - 1];
    boolean ordered = offset >= end && length >= 0;
    if (!ordered || offset > TarReader.LONGEST_FILE_BYTES || count == MOST_PIECES) {
      throw broken();
    }
    if (length > TarReader.LONGEST_FILE_BYTES) {
      throw broken();
    }
    if (count == offsets.length) {
      offsets = java.util.Arrays.copyOf(offsets, count * 2);
      lengths = java.util.Arrays.copyOf(lengths, count * 2);
    }
    offsets[count] = offset;
    lengths[count++] = length;
  }

  private SparseMap finish(long size) throws InvalidLayerException {
    long end = count == 0 ? 0 : offsets[count - 1] + lengths[count - 1];
    if (size < end || size > TarReader.LONGEST_FILE_BYTES) {
      throw broken();
    }
    sizeBytes = size;
    return this;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  long storedBytes() {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += lengths[i];
    }
    return sum;
  }

  /**
   * What follows at {@code position}, which must not go back: that many stored bytes, or, negative,
   * that long a hole; 0 at the end.
   */
  long run(long position) {
    while (current < count && position >= offsets[current] + lengths[current]) {
      current++;
    }
    if (current == count) {
      return position - sizeBytes;
    }
    return position < offsets[current]
        ? position - offsets[current]
        : offsets[current] + lengths[current] - position;
  }

  /** Gives the blocks after a header. */
  interface Blocks {
    TarHeader next() throws IOException;
  }

  /** Gives the numbers before a content. */
  interface Numbers {
    long next() throws IOException;

    /** Passes over the rest of the block that the last number was in. */
    void alignToBlock() throws IOException;
  }
}
