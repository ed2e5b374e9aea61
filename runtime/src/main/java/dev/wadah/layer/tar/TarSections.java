package dev.wadah.layer.tar;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads a tar once as the sections that it consists of: what stands in front of a content, the
 * content, and the end; together they are all of its bytes. For those who write the same tar once
 * more in another wrapping. Memory for the headers of one entry and 128 KiB read ahead. Not for
 * several threads.
 */
public final class TarSections implements Closeable {
  /** Marks of the headers that old GNU tar and star write, which have times that others lack. */
  private static final byte[] GNU = {'u', 's', 't', 'a', 'r', ' ', ' ', 0};

  private static final byte[] STAR = {'t', 'a', 'r', 0};
  private static final int MAGIC = 257;
  private static final int STAR_MAGIC = 508;
  private static final int GNU_TIMES = 345;
  private static final int GNU_TIMES_BYTES = 24;

  /** Headers of one entry take less: each has at most {@link TarReader#LONGEST_HEADER_BYTES}. */
  private static final int MOST_KEPT_BYTES = 8 << 20;

  private final Tape tape;
  private final TarReader reader;
  private byte[] front = new byte[0];
  private int padding;
  private int nextPadding;
  private TarEntry entry;
  private Optional<String> peculiarity = Optional.empty();
  private OptionalLong access = OptionalLong.empty();
  private OptionalLong change = OptionalLong.empty();

  /** Reads from {@code in}, uncompressed; it is closed with this. */
  public TarSections(InputStream in) {
    this.tape = new Tape(in);
    this.reader = new TarReader(tape);
  }

  /**
   * The next entry; null after the last. The content of the one before must have been read.
   *
   * @throws InvalidLayerException if the archive is broken
   */
  public TarEntry next() throws IOException {
    entry = reader.next();
    if (entry != null) {
      front = tape.cut(reader.position());
      padding = nextPadding;
      nextPadding = TarBlocks.padding(entry.sizeBytes());
      peculiarity = examine();
    }
    return entry;
  }

  /** The bytes between the content of the entry before and that of this one. */
  public byte[] front() {
    return front;
  }

  /** How many of {@link #front()} fill up the block of the content before; headers follow. */
  public int paddingBytes() {
    return padding;
  }

  /** The mode as the header has it, which in some tars has the kind of the file in it. */
  public long mode() {
    return header().mode();
  }

  private TarHeader header() {
    return new TarHeader(front, front.length - TarHeader.BLOCK);
  }

  /**
   * Reads content of the current entry.
   *
   * @return bytes read; -1 at its end
   */
  public int read(byte[] into, int offset, int length) throws IOException {
    int n = reader.read(into, offset, length);
    tape.forget(reader.position());
    return n;
  }

  /** What follows the last content, to the end of the stream; to be asked for after the last. */
  public InputStream end() {
    return tape.rest();
  }

  /**
   * What of the current entry neither its {@link TarEntry} nor this tells, in a few words; empty
   * when they say everything that any reader may find in the headers.
   */
  public Optional<String> peculiarity() {
    return peculiarity;
  }

  /** When the current entry was last read, in nanoseconds since 1970, where a PAX header says. */
  public OptionalLong accessNanos() {
    return access;
  }

  /** When the current entry last changed, in nanoseconds since 1970, where a PAX header says. */
  public OptionalLong changeNanos() {
    return change;
  }

  private Optional<String> examine() throws IOException {
    access = OptionalLong.empty();
    change = OptionalLong.empty();
    int at = padding;
    int last = front.length - TarHeader.BLOCK;
    while (at < last) {
      TarHeader extension = new TarHeader(front, at);
      byte type = extension.typeFlag();
      long size = extension.sizeBytes();
      if ("xLK".indexOf((char) type) < 0 || size < 0 || size > last - at) {
        return Optional.of("a header of the type '%c'".formatted((char) (type & 0xFF)));
      }
      int body = at + TarHeader.BLOCK;
      Optional<String> said = type == 'x' ? ofRecords(body, (int) size) : Optional.empty();
      if (said.isPresent()) {
        return said;
      }
      at = body + (int) size + TarBlocks.padding(size);
    }
    return at == last ? ofHeader(header()) : Optional.of("a sparse file");
  }

  private Optional<String> ofRecords(int at, int length) throws IOException {
    for (int i = at; i + 1 < at + length; i++) {
      if (front[i] == '=' && front[i + 1] == '\n') {
        return Optional.of("a PAX record without a value");
      }
    }
    PaxRecords records = new PaxRecords();
    records.add(Arrays.copyOfRange(front, at, at + length), length);
    access = time(records, "atime");
    change = time(records, "ctime");
    return records.text("GNU.sparse.map", records.text("GNU.sparse.major", null)) != null
        ? Optional.of("a sparse file")
        : Optional.empty();
  }

  private static OptionalLong time(PaxRecords records, String key) throws IOException {
    long nanos = records.nanos(key, Long.MIN_VALUE);
    return nanos == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(nanos);
  }

  private Optional<String> ofHeader(TarHeader header) {
    byte type = header.typeFlag();
    if (type != 0 && (type < '0' || type > '6')) {
      return Optional.of("the type '%c'".formatted((char) (type & 0xFF)));
    }
    boolean link = type == '1' || type == '2';
    boolean device = type == '3' || type == '4';
    boolean file = entry.kind() == TarEntry.Kind.FILE;
    if (header.mode() < 0
        || (!file && header.sizeBytes() != 0)
        || (!link && !header.link().isEmpty())
        || (!device && (header.major() != 0 || header.minor() != 0))) {
      return Optional.of("fields that its type does not have");
    }
    int at = front.length - TarHeader.BLOCK;
    boolean times = false;
    for (int i = GNU_TIMES; i < GNU_TIMES + GNU_TIMES_BYTES; i++) {
      times |= front[at + i] != 0;
    }
    return (has(at + MAGIC, GNU) && times) || has(at + STAR_MAGIC, STAR)
        ? Optional.of("times of access or change")
        : Optional.empty();
  }

  private boolean has(int at, byte[] mark) {
    return Arrays.equals(front, at, at + mark.length, mark, 0, mark.length);
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  /** Keeps what the reader has read ahead, or just now. */
  private static final class Tape extends InputStream {
    private final InputStream in;
    private byte[] kept = new byte[1 << 18];
    private int from;
    private int to;
    private long position;

    Tape(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int n = in.read(into, offset, length);
      if (n > 0) {
        keep(into, offset, n);
      }
      return n;
    }

    private void keep(byte[] bytes, int offset, int length) throws InvalidLayerException {
      if (to - from > MOST_KEPT_BYTES) {
        throw new InvalidLayerException(
            "more than %d bytes of headers in front of a file".formatted(MOST_KEPT_BYTES));
      }
      if (kept.length - to < length) {
        int used = to - from;
        byte[] target = kept.length - used < length ? new byte[2 * (used + length)] : kept;
        System.arraycopy(kept, from, target, 0, used);
        kept = target;
        from = 0;
        to = used;
      }
      System.arraycopy(bytes, offset, kept, to, length);
      to += length;
    }

    /** What lies between the last cut and this place, which is forgotten. */
    byte[] cut(long place) {
      byte[] piece = Arrays.copyOfRange(kept, from, from + (int) (place - position));
      forget(place);
      return piece;
    }

    void forget(long place) {
      from += (int) (place - position);
      position = place;
    }

    InputStream rest() {
      return new SequenceInputStream(new ByteArrayInputStream(kept, from, to - from), in);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
