package dev.wadah.layer.tar;

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
  public static final int GATHERED_BYTES = 1 << 16;

  private final TarInput in;
  private final TarPlace place = new TarPlace();
  private final TarContent content;
  private final byte[] headerBlock = new byte[TarHeader.BLOCK];
  private final PaxRecords global = new PaxRecords();
  private byte[] body = new byte[0];

  /** Reads from {@code in}, uncompressed; it is closed with this reader. */
  public TarReader(InputStream in) {
    this.in = new TarInput(in);
    this.content = new TarContent(this.in, place);
  }

  /**
   * The next entry; null after the last. What is left of the content of the one before is skipped.
   *
   * @throws InvalidLayerException if the archive is broken
   * @throws EOFException if it ends too early
   */
  public TarEntry next() throws IOException {
    content.finish();
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
        content.begin(header.sizeBytes());
        content.finish();
      } else {
        return entry(header, local, longName, longLink);
      }
    }
  }

  /** Reads the content of a header entry into {@link #body}; its length. */
  private int readBody(TarHeader header) throws IOException {
    long size = header.sizeBytes();
    if (size < 0 || size > LONGEST_HEADER_BYTES) {
      throw place.broken("a header of %d bytes".formatted(size));
    }
    if (body.length < size) {
      body = new byte[(int) size];
    }
    content.begin(size);
    content.readStored(body, (int) size);
    content.finish();
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
    String name = pax.text("path", longName != null ? longName : header.name());
    place.named(name);
    TarEntry.Kind kind = kind(header, name);
    long stored = pax.number("size", header.sizeBytes());
    if (stored < 0 || stored > LONGEST_FILE_BYTES) {
      throw place.broken("a size of %d bytes".formatted(stored));
    }
    boolean isFile = kind == TarEntry.Kind.FILE;
    // Old programs wrote a size for directories and links; it stands for no bytes in the archive.
    content.begin(isFile ? stored : 0);
    TarEntry.Owner owner = owner(header, pax);
    long mtime = pax.nanos("mtime", mtimeNanos(header));
    long size = isFile ? content.findHoles(header, pax) : 0;
    if (content.isSparse()) {
      name = pax.text("GNU.sparse.name", name);
      place.named(name);
    }
    String link = pax.text("linkpath", longLink != null ? longLink : header.link());
    boolean isLink = kind == TarEntry.Kind.SYMLINK || kind == TarEntry.Kind.HARD_LINK;
    int mode = (int) Math.max(0, header.mode()) & 07777;
    return new TarEntry(
        kind, name, isLink ? link : "", mode, owner, size, mtime, extras(header, kind, pax));
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
          throw place.broken(
              "the unknown type \"%c\"".formatted((char) (header.typeFlag() & 0xFF)));
    };
  }

  private TarEntry.Owner owner(TarHeader header, PaxRecords pax) throws InvalidLayerException {
    long uid = pax.number("uid", header.uid());
    long gid = pax.number("gid", header.gid());
    // 2^32-1 means "leave it" to chown and is nobody.
    if (uid < 0 || gid < 0 || uid >= 0xFFFF_FFFFL || gid >= 0xFFFF_FFFFL) {
      throw place.broken("the owner %d:%d".formatted(uid, gid));
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
      throw place.broken("the device number %d:%d".formatted(major, minor));
    }
    return new TarEntry.Extras((int) major, (int) minor, xattrs);
  }

  /** The next header; null at the end: two zero blocks, or as some programs leave it, none. */
  private TarHeader readHeader() throws IOException {
    int ahead = in.ahead(TarHeader.BLOCK);
    if (ahead == 0) {
      return null;
    }
    if (ahead < TarHeader.BLOCK) {
      throw place.tooShort();
    }
    // A copy: what is read next may move the buffer's content.
    System.arraycopy(in.buffer(), in.take(TarHeader.BLOCK), headerBlock, 0, TarHeader.BLOCK);
    TarHeader header = new TarHeader(headerBlock, 0);
    if (header.isZero()) {
      return null;
    }
    if (!header.hasValidSum()) {
      throw place.wrongSum();
    }
    place.further();
    return header;
  }

  /**
   * Reads content of the current entry, holes as zeros.
   *
   * @return bytes read; -1 at its end
   */
  public int read(byte[] into, int offset, int length) throws IOException {
    return content.read(into, offset, length);
  }

  /** How many of the next bytes of a sparse file are a hole; 0 when bytes follow. */
  public long holeBytes() {
    return content.holeBytes();
  }

  /** Passes over a hole. */
  public void skipHole() {
    content.skipHole();
  }

  /** Where in the archive the next byte of the content is, in bytes from the beginning. */
  public long position() {
    return in.position();
  }

  /** The content as a stream that belongs to this reader; valid until the next entry. */
  public InputStream content() {
    return content;
  }

  /**
   * Brings a whole small content into one piece of {@link #buffer()}, where it stays until the next
   * entry; asked twice it answers the same.
   *
   * @return where it starts; -1 for one that is too long or sparse
   */
  public int gather() throws IOException {
    return content.gather();
  }

  /** Holds what {@link #gather} brought together. */
  public byte[] buffer() {
    return in.buffer();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
