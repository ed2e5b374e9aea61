package dev.wadah.build.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the data of a sparse file lies (GNU tar manual, "Storing Sparse Files": the old format,
 * 0.0, 0.1 and 1.0).
 *
 * @param sizeBytes of the file with its holes
 * @param dataStart where the data begins in the archive
 * @param ranges the parts that are no holes
 */
record SparseMap(long sizeBytes, long dataStart, List<Range> ranges) {
  private static final int MAX_RANGES = 1 << 20;

  record Range(long offset, long length) {}

  /** The map of an entry whose content begins at {@code start}; empty for a plain file. */
  static Optional<SparseMap> of(
      Spool archive, long start, byte[] block, Map<String, byte[]> records) throws IOException {
    Optional<SparseMap> map = Optional.empty();
    if (block[156] == 'S') {
      map = Optional.of(old(archive, start, block));
    } else if (records.containsKey("GNU.sparse.major")) {
      map = Optional.of(inData(archive, start, size(records, "GNU.sparse.realsize")));
    } else if (records.containsKey(PaxRecords.SPARSE_RANGES)) {
      String[] numbers = PaxRecords.text(records.get(PaxRecords.SPARSE_RANGES)).split(",");
      List<Range> ranges = new ArrayList<>();
      for (int i = 0; i + 1 < numbers.length; i += 2) {
        ranges.add(new Range(TarNumbers.decimal(numbers[i]), TarNumbers.decimal(numbers[i + 1])));
      }
      map = Optional.of(new SparseMap(size(records, "GNU.sparse.size"), start, ranges));
    }
    if (map.isPresent()) {
      map.get().check();
    }
    return map;
  }

  private static long size(Map<String, byte[]> records, String key) throws IOException {
    byte[] value = records.get(key);
    if (value == null) {
      throw new IOException("a sparse file in the archive has no size");
    }
    return TarNumbers.decimal(PaxRecords.text(value));
  }

  private static SparseMap old(Spool archive, long start, byte[] header) throws IOException {
    List<Range> ranges = new ArrayList<>();
    add(header, 386, 4, ranges);
    boolean more = header[482] != 0;
    long position = start;
    while (more) {
      byte[] block = archive.read(position, TarReader.BLOCK);
      position += TarReader.BLOCK;
      add(block, 0, 21, ranges);
      more = block[504] != 0;
    }
    return new SparseMap(TarNumbers.number(header, 483, 12), position, ranges);
  }

  private static void add(byte[] block, int from, int count, List<Range> ranges)
      throws IOException {
    for (int i = 0; i < count && block[from + i * 24] != 0; i++) {
      int at = from + i * 24;
      ranges.add(
          new Range(TarNumbers.number(block, at, 12), TarNumbers.number(block, at + 12, 12)));
    }
  }

  /** Format 1.0: the content begins with the map, one decimal number a line, padded to a block. */
  private static SparseMap inData(Spool archive, long start, long size) throws IOException {
    try (CountingLines lines = new CountingLines(archive.open(start, Long.MAX_VALUE - start))) {
      long count = lines.number();
      if (count < 0 || count > MAX_RANGES) {
        throw new IOException("a sparse file in the archive has too many parts");
      }
      List<Range> ranges = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        ranges.add(new Range(lines.number(), lines.number()));
      }
      long blocks = (lines.read + TarReader.BLOCK - 1) / TarReader.BLOCK;
      return new SparseMap(size, start + blocks * TarReader.BLOCK, ranges);
    }
  }

  private void check() throws IOException {
    long end = 0;
    for (Range range : ranges) {
      if (range.offset < end || range.length < 0 || range.length > sizeBytes - range.offset) {
        throw new IOException("the map of a sparse file in the archive is malformed");
      }
      end = range.offset + range.length;
    }
  }

  /** Opens the file with zeros in its holes. */
  InputStream open(Spool archive) {
    List<InputStream> parts = new ArrayList<>();
    long done = 0;
    long data = dataStart;
    for (Range range : ranges) {
      parts.add(new Zeros(range.offset - done));
      parts.add(archive.open(data, range.length));
      done = range.offset + range.length;
      data += range.length;
    }
    parts.add(new Zeros(sizeBytes - done));
    return new SequenceInputStream(Collections.enumeration(parts));
  }

  /** A hole. */
  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long length) {
      this.left = length;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      if (left <= 0) {
        return length == 0 ? 0 : -1;
      }
      int n = (int) Math.min(length, left);
      java.util.Arrays.fill(buffer, offset, offset + n, (byte) 0);
      left -= n;
      return n;
    }
  }

  /** Reads decimal numbers, one a line, and counts the bytes. */
  private static final class CountingLines implements AutoCloseable {
    private final InputStream in;
    private long read;

    CountingLines(InputStream in) {
      this.in = new java.io.BufferedInputStream(in, TarReader.BLOCK);
    }

    long number() throws IOException {
      StringBuilder digits = new StringBuilder();
      for (int c; (c = in.read()) != '\n'; ) {
        read++;
        if (c < '0' || c > '9' || digits.length() > 18) {
          throw new IOException("the map of a sparse file in the archive is malformed");
        }
        digits.append((char) c);
      }
      read++;
      return TarNumbers.decimal(digits.toString());
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
