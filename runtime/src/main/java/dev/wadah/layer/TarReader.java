package dev.wadah.layer;

import dev.wadah.posix.PathBytes;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads a tar archive once, front to back: v7, ustar, star, GNU (long names, base-256, old sparse
 * files) and PAX (with sparse formats 0.0, 0.1 and 1.0). Names and extended attributes come through
 * byte for byte. Holds one buffer and the headers of one entry; every length in the archive meets a
 * limit before memory is taken for it. Not for use by several threads at once.
 *
 * <p>Own code rather than commons-compress, which decodes PAX values as UTF-8: a name that is not,
 * and the binary {@code security.capability}, would not survive.
 */
public final class TarReader implements Closeable {
  /** Longest PAX header or GNU long name that is accepted: 1 MiB. */
  public static final int LONGEST_HEADER_BYTES = 1 << 20;

  /** Longest file that is accepted, holes included: 8 TiB. */
  public static final long LONGEST_FILE_BYTES = 8L << 40;

  /** A file up to this size can be had by {@link #gather} in one piece. */
  static final int GATHERED_BYTES = 1 << 16;

  private static final int BUFFER_BYTES = 1 << 17;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final byte[] headerBlock = new byte[TarHeader.BLOCK];
  private final PaxRecords global = new PaxRecords();
  private int position;
  private int limit;
  private long storedLeft;
  private int padding;
  private long storedStart;
  private long consumed;
  private SparseMap holes;
  private String entryName = "";
  private long entries;
  private int gathered = -1;
  private long streamed;
  private byte[] body = new byte[0];

  /** Reads from {@code in}, uncompressed; it is closed with this reader. */
  public TarReader(InputStream in) {
    this.in = in;
  }

  /**
   * The next entry; null after the last. What is left of the content of the one before is skipped.
   *
   * @throws InvalidLayerException if the archive is broken
   * @throws EOFException if it ends too early
   */
  public TarEntry next() throws IOException {
    skipStored();
    PaxRecords local = new PaxRecords();
    String longName = null;
    String longLink = null;
    for (; ; ) {
      TarHeader header = readHeader();
      if (header == null) {
        return null;
      }
      byte type = header.typeFlag();
      if (type == 'L') {
        longName = readLongName(header);
      } else if (type == 'K') {
        longLink = readLongName(header);
      } else if (type == 'x' || type == 'X') {
        int length = readBody(header);
        local.add(body, length);
      } else if (type == 'g') {
        int length = readBody(header);
        global.add(body, length);
      } else if (type == 'V' || type == 'M') {
        begin(header.sizeBytes());
        skipStored();
      } else {
        return entry(header, local, longName, longLink);
      }
    }
  }

  /** Reads the content of a header entry into {@link #body}; its length. */
  private int readBody(TarHeader header) throws IOException {
    long size = header.sizeBytes();
    if (size < 0 || size > LONGEST_HEADER_BYTES) {
      throw broken("a header of %d bytes".formatted(size));
    }
    if (body.length < size) {
      body = new byte[(int) size];
    }
    begin(size);
    readStored(body, 0, (int) size);
    skipStored();
    return (int) size;
  }

  private String readLongName(TarHeader header) throws IOException {
    int length = readBody(header);
    int end = 0;
    while (end < length && body[end] != 0) {
      end++;
    }
    return PathBytes.decode(body, 0, end);
  }

  private TarEntry entry(TarHeader header, PaxRecords local, String longName, String longLink)
      throws IOException {
    PaxRecords pax = local;
    if (!global.isEmpty()) {
      pax = new PaxRecords();
      pax.addAll(global);
      pax.addAll(local);
    }
    entryName = pax.text("path", longName != null ? longName : header.name());
    TarEntry.Kind kind = kind(header, entryName);
    long stored = pax.number("size", header.sizeBytes());
    if (stored < 0 || stored > LONGEST_FILE_BYTES) {
      throw broken("a size of %d bytes".formatted(stored));
    }
    boolean hasContent = kind == TarEntry.Kind.FILE;
    // Old programs wrote a size for directories and links; it stands for no bytes in the archive.
    begin(hasContent ? stored : 0);
    TarEntry.Owner owner = owner(header, pax);
    long mtime = pax.nanos("mtime", mtimeNanos(header));
    holes = hasContent ? sparseMap(header, pax, stored) : null;
    entryName = holes == null ? entryName : pax.text("GNU.sparse.name", entryName);
    String link = pax.text("linkpath", longLink != null ? longLink : header.link());
    boolean isLink = kind == TarEntry.Kind.SYMLINK || kind == TarEntry.Kind.HARD_LINK;
    long size = holes != null ? holes.sizeBytes() : storedLeft;
    return new TarEntry(
        kind,
        entryName,
        isLink ? link : "",
        (int) Math.max(0, header.mode()) & 07777,
        owner,
        size,
        mtime,
        extras(header, kind, pax));
  }

  private SparseMap sparseMap(TarHeader header, PaxRecords pax, long stored) throws IOException {
    SparseMap map =
        header.typeFlag() == 'S'
            ? SparseMap.ofGnu(header, this::readExtension)
            : SparseMap.ofPax(pax, new MapLines());
    if (map != null && map.storedBytes() > storedLeft) {
      throw broken("a sparse map that does not fit its %d bytes".formatted(stored));
    }
    consumed = 0;
    storedStart = storedLeft;
    return map;
  }

  /** The blocks that continue the map of an old GNU sparse file lie before its content. */
  private TarHeader readExtension() throws IOException {
    fill(TarHeader.BLOCK);
    position += TarHeader.BLOCK;
    return new TarHeader(buffer, position - TarHeader.BLOCK);
  }

  /** Sparse format 1.0 keeps its map, one number a line, in the first blocks of the content. */
  private final class MapLines implements SparseMap.Numbers {
    @Override
    public long next() throws IOException {
      long value = 0;
      byte[] one = new byte[1];
      for (int digits = 0; digits < 19; digits++) {
        readStored(one, 0, 1);
        if (one[0] == '\n' && digits > 0) {
          return value;
        }
        if (one[0] < '0' || one[0] > '9') {
          break;
        }
        value = value * 10 + (one[0] - '0');
      }
      throw broken("a sparse map without numbers");
    }

    @Override
    public void alignToBlock() throws IOException {
      int rest = (int) (-(storedStart - storedLeft) & (TarHeader.BLOCK - 1));
      readStored(new byte[rest], 0, rest);
    }
  }

  private TarEntry.Kind kind(TarHeader header, String name) throws InvalidLayerException {
    return switch (header.typeFlag()) {
      // Before ustar a directory was known by its name alone.
      case 0, '0', '7', 'S' -> name.endsWith("/") ? TarEntry.Kind.DIRECTORY : TarEntry.Kind.FILE;
      case '1' -> TarEntry.Kind.HARD_LINK;
      case '2' -> TarEntry.Kind.SYMLINK;
      case '3' -> TarEntry.Kind.CHARACTER_DEVICE;
      case '4' -> TarEntry.Kind.BLOCK_DEVICE;
      case '5', 'D' -> TarEntry.Kind.DIRECTORY;
      case '6' -> TarEntry.Kind.FIFO;
      default ->
          throw broken("the unknown type \"%c\"".formatted((char) (header.typeFlag() & 0xFF)));
    };
  }

  private TarEntry.Owner owner(TarHeader header, PaxRecords pax) throws InvalidLayerException {
    long uid = pax.number("uid", header.uid());
    long gid = pax.number("gid", header.gid());
    // 2^32-1 means "leave it" to chown and is nobody.
    if (uid < 0 || gid < 0 || uid >= 0xFFFF_FFFFL || gid >= 0xFFFF_FFFFL) {
      throw broken("the owner %d:%d".formatted(uid, gid));
    }
    return new TarEntry.Owner((int) uid, (int) gid);
  }

  private static long mtimeNanos(TarHeader header) {
    long seconds = header.mtimeSeconds();
    boolean fits = seconds >= -9_000_000_000L && seconds <= 9_000_000_000L;
    return fits ? seconds * 1_000_000_000L : 0;
  }

  private TarEntry.Extras extras(TarHeader header, TarEntry.Kind kind, PaxRecords pax)
      throws InvalidLayerException {
    boolean device = kind == TarEntry.Kind.CHARACTER_DEVICE || kind == TarEntry.Kind.BLOCK_DEVICE;
    var xattrs = pax.xattrs();
    if (!device) {
      return xattrs.isEmpty() ? TarEntry.Extras.NONE : new TarEntry.Extras(0, 0, xattrs);
    }
    long major = header.major();
    long minor = header.minor();
    // The kernel's device numbers: 12 and 20 bits.
    if (major < 0 || minor < 0 || major >= 1 << 12 || minor >= 1 << 20) {
      throw broken("the device number %d:%d".formatted(major, minor));
    }
    return new TarEntry.Extras((int) major, (int) minor, xattrs);
  }

  private InvalidLayerException broken(String what) {
    return new InvalidLayerException(
        "tar entry %d, \"%s\", has %s".formatted(entries, entryName, what));
  }

  /** The next header; null at the end: two zero blocks, or as some programs leave it, none. */
  private TarHeader readHeader() throws IOException {
    if (!more(TarHeader.BLOCK)) {
      return null;
    }
    // A copy: what is read next may move the buffer's content.
    System.arraycopy(buffer, position, headerBlock, 0, TarHeader.BLOCK);
    TarHeader header = new TarHeader(headerBlock, 0);
    position += TarHeader.BLOCK;
    if (header.isZero()) {
      return null;
    }
    if (!header.hasValidSum()) {
      throw new InvalidLayerException(
          "no tar archive, or a broken one: the header after %d entries (the last: \"%s\") has a wrong check sum"
              .formatted(entries, entryName));
    }
    entries++;
    return header;
  }

  private void begin(long size) {
    holes = null;
    storedLeft = size;
    storedStart = size;
    consumed = 0;
    gathered = -1;
    padding = (int) (-size & (TarHeader.BLOCK - 1));
  }

  /**
   * Reads content of the current entry, holes as zeros.
   *
   * @return bytes read; -1 at its end
   */
  public int read(byte[] into, int offset, int length) throws IOException {
    if (holes == null) {
      int n = (int) Math.min(length, storedLeft);
      return n == 0 && length > 0 ? -1 : readSome(into, offset, n);
    }
    long run = holes.run(consumed);
    int n = (int) Math.min(length, Math.abs(run));
    if (run == 0) {
      return -1;
    }
    if (run > 0) {
      n = readSome(into, offset, n);
    } else {
      java.util.Arrays.fill(into, offset, offset + n, (byte) 0);
    }
    consumed += n;
    return n;
  }

  /** How many of the next bytes of a sparse file are a hole; 0 when bytes follow. */
  long holeBytes() {
    return holes == null ? 0 : Math.max(0, -holes.run(consumed));
  }

  /** Passes over a hole. */
  void skipHole() {
    consumed += holeBytes();
  }

  /** Where in the archive the next byte of the content is, in bytes from the beginning. */
  long position() {
    return streamed - (limit - position);
  }

  /** The content as a stream that belongs to this reader; valid until the next entry. */
  public InputStream content() {
    return new Content();
  }

  /**
   * Brings a whole small content into one piece of {@link #buffer()}, where it stays until the next
   * entry; asked twice it answers the same.
   *
   * @return where it starts; -1 for one that is too long or sparse
   */
  int gather() throws IOException {
    if (gathered >= 0) {
      return gathered;
    }
    if (holes != null || storedLeft > GATHERED_BYTES || storedLeft != storedStart) {
      return -1;
    }
    int length = (int) storedLeft;
    fill(length);
    storedLeft = 0;
    gathered = position;
    position += length;
    return gathered;
  }

  byte[] buffer() {
    return buffer;
  }

  private int readSome(byte[] into, int offset, int length) throws IOException {
    if (position == limit && length >= buffer.length) {
      int n = in.read(into, offset, length);
      if (n < 0) {
        throw tooShort();
      }
      storedLeft -= n;
      streamed += n;
      return n;
    }
    fill(Math.min(length, 1));
    int n = Math.min(length, limit - position);
    System.arraycopy(buffer, position, into, offset, n);
    position += n;
    storedLeft -= n;
    return n;
  }

  private void readStored(byte[] into, int offset, int length) throws IOException {
    if (length > storedLeft) {
      throw broken("less content than it says");
    }
    for (int done = 0; done < length; ) {
      done += readSome(into, offset + done, length - done);
    }
  }

  private void skipStored() throws IOException {
    long left = storedLeft + padding;
    storedLeft = 0;
    padding = 0;
    while (left > 0) {
      int n = (int) Math.min(left, limit - position);
      position += n;
      left -= n;
      // A file is skipped by seeking; what lies beyond its end shows at the next header.
      long skipped = left > buffer.length ? in.skip(left) : 0;
      left -= skipped;
      streamed += skipped;
      if (left > 0) {
        fill(1);
      }
    }
  }

  /** Makes {@code count} bytes available at {@link #position}; at most half of the buffer. */
  private void fill(int count) throws IOException {
    if (!more(count)) {
      throw tooShort();
    }
  }

  private EOFException tooShort() {
    return new EOFException(
        "the archive ends within tar entry %d, \"%s\"".formatted(entries, entryName));
  }

  /** As {@link #fill}; false when nothing at all follows. */
  private boolean more(int count) throws IOException {
    if (limit - position >= count) {
      return true;
    }
    if (position > 0) {
      System.arraycopy(buffer, position, buffer, 0, limit - position);
      limit -= position;
      position = 0;
    }
    while (limit < count) {
      int n = in.read(buffer, limit, buffer.length - limit);
      if (n < 0 && limit == 0) {
        return false;
      }
      if (n < 0) {
        throw tooShort();
      }
      limit += n;
      streamed += n;
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** The current entry's content. */
  private final class Content extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return TarReader.this.read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return length == 0 ? 0 : TarReader.this.read(into, offset, length);
    }
  }
}
