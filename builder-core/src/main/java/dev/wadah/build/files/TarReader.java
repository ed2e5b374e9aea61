package dev.wadah.build.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the entries of a tar archive in order: V7, ustar, GNU and PAX, with long names, large
 * numbers, extended attributes and sparse files. Names are bytes; see {@link TreePath#text}.
 */
final class TarReader {
  static final int BLOCK = 512;

  /** Largest block of PAX records or long name that is read. */
  static final int MAX_HEADER_BYTES = 1 << 20;

  private static final String XATTR = "SCHILY.xattr.";
  private static final long SECOND = 1_000_000_000L;

  private final Spool archive;
  private final long sizeBytes;
  private long position;

  TarReader(Spool archive) throws IOException {
    this.archive = archive;
    this.sizeBytes = archive.sizeBytes();
  }

  /** Whether this block is the header of an entry, by its checksum. */
  static boolean isHeader(byte[] block) {
    if (block.length < BLOCK) {
      return false;
    }
    long stored = TarNumbers.octal(block, 148, 8);
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < BLOCK; i++) {
      int b = i >= 148 && i < 156 ? ' ' : block[i];
      unsigned += b & 0xff;
      signed += b;
    }
    // 256 is the sum of an empty block
    return (stored == unsigned || stored == signed) && unsigned != 256;
  }

  /**
   * The next entry; empty at the end.
   *
   * @throws IOException if the archive is cut off or malformed
   */
  Optional<TarEntry> next() throws IOException {
    Map<String, byte[]> records = new HashMap<>();
    while (true) {
      Optional<byte[]> header = header();
      if (header.isEmpty()) {
        return Optional.empty();
      }
      byte[] block = header.get();
      long size = TarNumbers.number(block, 124, 12);
      switch ((char) block[156]) {
        case 'g' -> skip(size);
        case 'x' -> PaxRecords.parse(meta(size), records);
        case 'L' -> records.put("path", meta(size));
        case 'K' -> records.put("linkpath", meta(size));
        default -> {
          return Optional.of(entry(block, size, records));
        }
      }
    }
  }

  private Optional<byte[]> header() throws IOException {
    if (position + BLOCK > sizeBytes) {
      if (position < sizeBytes) {
        throw new IOException("the archive is cut off");
      }
      return Optional.empty();
    }
    byte[] block = archive.read(position, BLOCK);
    position += BLOCK;
    if (isHeader(block)) {
      return Optional.of(block);
    }
    for (byte b : block) {
      if (b != 0) {
        throw new IOException("no tar header where one should be, at byte " + (position - BLOCK));
      }
    }
    return Optional.empty();
  }

  private byte[] meta(long size) throws IOException {
    if (size > MAX_HEADER_BYTES) {
      throw new IOException(
          "a header of %,d bytes is above the limit of %,d".formatted(size, MAX_HEADER_BYTES));
    }
    byte[] bytes = archive.read(position, (int) size);
    skip(size);
    return bytes;
  }

  private void skip(long size) throws IOException {
    if (size < 0 || position + size > sizeBytes) {
      throw new IOException("the archive is cut off");
    }
    position += (size + BLOCK - 1) / BLOCK * BLOCK;
  }

  private TarEntry entry(byte[] block, long headerSize, Map<String, byte[]> records)
      throws IOException {
    char type = (char) block[156];
    String name = text(records, "path", name(block));
    String link = text(records, "linkpath", string(block, 157, 100));
    if (type == 0 || type == '7' || type == 'S') {
      type = type != 'S' && name.endsWith("/") ? TarEntry.DIRECTORY : TarEntry.FILE;
    }
    TarEntry.Body body = body(block, type, headerSize, records);
    name = text(records, "GNU.sparse.name", name);
    var owner =
        new OwnerNames.Owner(
            (int) number(records, "uid", TarNumbers.number(block, 108, 8)),
            (int) number(records, "gid", TarNumbers.number(block, 116, 8)));
    long mtime = TarNumbers.number(block, 136, 12) * SECOND;
    if (records.containsKey("mtime")) {
      mtime = TarNumbers.timeNanos(PaxRecords.text(records.get("mtime")));
    }
    return new TarEntry(
        type,
        name,
        link,
        (int) TarNumbers.number(block, 100, 8) & 07777,
        owner,
        mtime,
        device(TarNumbers.number(block, 329, 8), TarNumbers.number(block, 337, 8)),
        body);
  }

  private TarEntry.Body body(byte[] block, char type, long headerSize, Map<String, byte[]> records)
      throws IOException {
    Map<String, byte[]> xattrs = new HashMap<>();
    records.forEach(
        (key, value) -> {
          if (key.startsWith(XATTR)) {
            xattrs.put(key.substring(XATTR.length()), value);
          }
        });
    if (type >= TarEntry.HARD_LINK && type <= TarEntry.FIFO) {
      // these have no content, whatever the size says
      return new TarEntry.Body(0, java.io.InputStream::nullInputStream, xattrs);
    }
    long size = number(records, "size", headerSize);
    long start = position;
    Optional<SparseMap> sparse = SparseMap.of(archive, start, block, records);
    if (block[156] == 'S' && sparse.isPresent()) {
      position = sparse.get().dataStart();
      start = position;
    }
    skip(size);
    if (sparse.isPresent()) {
      SparseMap map = sparse.get();
      return new TarEntry.Body(map.sizeBytes(), () -> map.open(archive), xattrs);
    }
    long from = start;
    return new TarEntry.Body(size, () -> archive.open(from, size), xattrs);
  }

  private static String name(byte[] block) {
    String name = string(block, 0, 100);
    if (new String(block, 257, 6, StandardCharsets.ISO_8859_1).equals("ustar\0")) {
      boolean star = new String(block, 508, 4, StandardCharsets.ISO_8859_1).equals("tar\0");
      String prefix = string(block, 345, star ? 131 : 155);
      return prefix.isEmpty() ? name : prefix + "/" + name;
    }
    return name;
  }

  private static String string(byte[] block, int from, int length) {
    int end = from;
    while (end < from + length && block[end] != 0) {
      end++;
    }
    return TreePath.text(block, from, end);
  }

  private static String text(Map<String, byte[]> records, String key, String otherwise) {
    byte[] value = records.get(key);
    return value == null || value.length == 0 ? otherwise : string(value, 0, value.length);
  }

  private static long number(Map<String, byte[]> records, String key, long otherwise)
      throws IOException {
    byte[] value = records.get(key);
    return value == null ? otherwise : TarNumbers.decimal(PaxRecords.text(value));
  }

  /** As glibc's makedev. */
  private static long device(long major, long minor) {
    return (minor & 0xff)
        | ((major & 0xfff) << 8)
        | ((minor & ~0xffL) << 12)
        | ((major & ~0xfffL) << 32);
  }
}
