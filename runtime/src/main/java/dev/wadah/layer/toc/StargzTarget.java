package dev.wadah.layer.toc;

import dev.wadah.layer.tar.TarBlocks;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarSections;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.posix.NativeSha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Writes eStargz (stargz-snapshotter, estargz.md "The structure"): the tar in gzip members of which
 * one begins with each content, the list as the last file of the tar, and a footer that says where.
 */
final class StargzTarget implements SeekableWriter.Target {
  static final String UNCOMPRESSED_SIZE = "io.containers.estargz.uncompressed-size";

  /** Says that nobody knows which files will be needed first (estargz.md "Landmark Files"). */
  static final String LANDMARK = ".no.prefetch.landmark";

  private static final byte LANDMARK_CONTENT = 0xf;
  private static final Set<String> OWN_FILES =
      Set.of(StargzListing.FILE, LANDMARK, ".prefetch.landmark");
  private static final int FILE_MODE = 0444;
  private static final byte[] ZEROS = new byte[TarBlocks.END_BYTES];

  private final OutputStream out;
  private final int level;
  private final PartStream parts;
  private final Spool json;
  private final ListWriter list;
  private final TarBlocks blocks = new TarBlocks();
  private final MessageDigest tar = new NativeSha256();
  private long tarBytes;

  StargzTarget(OutputStream out, int level, int processors, Path scratch) throws IOException {
    this.out = out;
    this.level = level;
    this.json = new Spool(scratch);
    this.list = new ListWriter(json, ListWriter.Dialect.STARGZ);
    this.parts =
        new PartStream(
            out, () -> new PartCompressor.Gzip(level), PartStream.Joining.JOINED, processors);
  }

  private static TarEntry file(String name, long sizeBytes) {
    return new TarEntry(
        TarEntry.Kind.FILE,
        name,
        "",
        FILE_MODE,
        new TarEntry.Owner(0, 0),
        sizeBytes,
        0,
        TarEntry.Extras.NONE);
  }

  /** The landmark as the beginning of a tar; the first file, as stargz-snapshotter has it. */
  static byte[] landmark() {
    TarBlocks blocks = new TarBlocks();
    blocks.entry(file(LANDMARK, 1));
    byte[] bytes = Arrays.copyOf(blocks.bytes(), blocks.length() + TarBlocks.BLOCK);
    bytes[blocks.length()] = LANDMARK_CONTENT;
    return bytes;
  }

  private void put(byte[] bytes, int offset, int length) throws IOException {
    parts.put(bytes, offset, length);
    tar.update(bytes, offset, length);
    tarBytes += length;
  }

  @Override
  public boolean front(TarEntry entry, TarSections sections) throws IOException {
    String name = entry.name().startsWith("./") ? entry.name().substring(2) : entry.name();
    if (tarBytes > 0 && OWN_FILES.contains(name)) {
      return false; // of an earlier conversion
    }
    int from = sections.paddingBytes();
    put(sections.front(), from, sections.front().length - from);
    return true;
  }

  @Override
  public void begin(int length, PartStream.Place place) throws IOException {
    parts.begin(length, place);
  }

  @Override
  public void content(byte[] bytes, int length) throws IOException {
    put(bytes, 0, length);
  }

  @Override
  public void ended(TarEntry entry) throws IOException {
    put(ZEROS, 0, TarBlocks.padding(entry.sizeBytes()));
  }

  @Override
  public void list(ListedFile file) throws IOException {
    list.write(file);
  }

  @Override
  public SeekableWriter.Written finish(InputStream rest) throws IOException {
    rest.transferTo(OutputStream.nullOutputStream()); // its end checks the digest
    long offset = parts.finish();
    list.end(Optional.empty());
    Digest digest = json.finish();
    putList();
    out.write(footer(offset));
    return new SeekableWriter.Written(
        Optional.of(new DiffId(Digest.ofSha256(tar.digest()))),
        Map.of(
            StargzListing.ANNOTATION,
            digest.toString(),
            UNCOMPRESSED_SIZE,
            Long.toString(tarBytes)));
  }

  /** The list as a file, and the end of the tar, in a member of their own. */
  private void putList() throws IOException {
    long size = json.sizeBytes();
    blocks.entry(file(StargzListing.FILE, size));
    out.write(PartCompressor.Gzip.HEADER);
    CRC32 crc = new CRC32();
    long before = tarBytes;
    Deflater deflater = new Deflater(level, true);
    try {
      DeflaterOutputStream member = new DeflaterOutputStream(out, deflater, 1 << 16);
      putInto(member, blocks.bytes(), blocks.length(), crc);
      byte[] buffer = new byte[1 << 16];
      InputStream in = json.open();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        putInto(member, buffer, n, crc);
      }
      putInto(member, ZEROS, TarBlocks.padding(size), crc);
      putInto(member, ZEROS, ZEROS.length, crc);
      member.finish();
    } finally {
      deflater.end();
    }
    byte[] trailer = new byte[PartCompressor.Gzip.TRAILER_BYTES];
    int at = PartCompressor.Gzip.putInt(trailer, 0, (int) crc.getValue());
    PartCompressor.Gzip.putInt(trailer, at, (int) (tarBytes - before));
    out.write(trailer);
  }

  private void putInto(OutputStream member, byte[] bytes, int length, CRC32 crc)
      throws IOException {
    member.write(bytes, 0, length);
    crc.update(bytes, 0, length);
    tar.update(bytes, 0, length);
    tarBytes += length;
  }

  /** An empty gzip member whose extra field says where the list is (estargz.md "Footer"). */
  static byte[] footer(long offset) {
    byte[] footer = Arrays.copyOf(PartCompressor.Gzip.HEADER, StargzListing.FOOTER_BYTES);
    footer[3] = 4; // an extra field
    String extra = "\32\0SG\26\0%016xSTARGZ".formatted(offset);
    byte[] field = extra.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(field, 0, footer, PartCompressor.Gzip.HEADER.length, field.length);
    int at = PartCompressor.Gzip.HEADER.length + field.length;
    byte[] empty = {
      1, 0, 0, (byte) 0xff, (byte) 0xff
    }; // the last block, stored; sum and size are 0
    System.arraycopy(empty, 0, footer, at, empty.length);
    return footer;
  }

  @Override
  public void close() throws IOException {
    parts.close();
    json.drop();
  }
}
