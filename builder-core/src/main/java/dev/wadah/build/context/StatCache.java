package dev.wadah.build.context;

import dev.wadah.build.files.KeyItems;
import dev.wadah.posix.DirectoryScan;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.PathBytes;
import dev.wadah.posix.StatRecords;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers the content hashes of the files of one directory by what lstat says of them, as Git's
 * index does: path, size, modification and change time, inode.
 *
 * <p>One file per directory: a magic number, then records of fixed fields and the path. It is
 * replaced as a whole by rename, so another process sees the old one or the new one, and the last
 * to write wins; what was lost is hashed again. A damaged file counts as none. Records keep their
 * order, which is that of the walk that wrote them: whoever walks again finds each where he looks
 * first, and nothing is indexed.
 */
final class StatCache {
  /** Bytes of one hash. */
  static final int SHA_BYTES = 32;

  private static final long MAGIC = 0x57414441_53544131L; // "WADASTA1"
  private static final int HEAD_BYTES = Long.BYTES + Integer.BYTES;

  private static final int FIXED_BYTES = StatRecords.FIXED_BYTES;

  /** A larger file is mapped: a million records would not fit into the heap. */
  private static final long MAPPED_BYTES = 8 << 20;

  /** New hashes below which nothing is written before the end of the build. */
  private static final int FEW = 4096;

  /** New hashes that may be in memory. */
  private static final int MANY = 150_000;

  /** A cache that nobody used for so long is dropped. */
  private static final long KEEP_MILLIS = 90L * 24 * 3600 * 1000;

  private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

  private final Path file;
  private ByteBuffer records = NOTHING;
  private int count;

  /** Where the next record is looked for first. */
  private int cursor;

  /** Open-addressed table of record offsets plus one, a power of two long; empty until needed. */
  private int[] table = new int[0];

  private boolean loaded;
  private byte[] scratch = new byte[256];
  private final Map<String, Entry> fresh = new LinkedHashMap<>();

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(Stamp stamp, byte[] sha) {}

  StatCache(Path file) {
    this.file = file;
  }

  /**
   * Finds the hash of a file that has not changed since.
   *
   * @param into gets the hash at {@code offset}
   * @return false when the file must be read
   */
  synchronized boolean find(String path, Stamp stamp, byte[] into, int offset) {
    load();
    Entry entry = fresh.isEmpty() ? null : fresh.get(path);
    if (entry != null) {
      System.arraycopy(entry.sha, 0, into, offset, SHA_BYTES);
      return entry.stamp.equals(stamp);
    }
    int at = record(PathBytes.encode(path));
    if (at < 0 || !same(at, stamp)) {
      return false;
    }
    records.get(at + 5 * Long.BYTES, into, offset, SHA_BYTES);
    return true;
  }

  /**
   * Files that stand beside each other in one directory.
   *
   * @param from index of the first in {@code scan}
   * @param to index behind the last
   * @param path the directory, with a slash at its end
   * @param relative where in {@code path} that begins by which a key names the directory
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Row(DirectoryScan scan, int from, int to, byte[] path, int relative) {}

  /**
   * Takes files into a key up to the first that is no regular one or has changed.
   *
   * @return how many
   */
  synchronized int take(Row row, KeyItems items) throws IOException {
    load();
    if (count == 0
        || items.bytes().length - items.used() < row.path.length + StatRecords.ITEM_BYTES) {
      return 0;
    }
    int taken = takeFromHere(row, items);
    // perhaps a file has gone, or another COPY has read these first
    return taken == 0 && isElsewhere(row) ? takeFromHere(row, items) : taken;
  }

  private int takeFromHere(Row row, KeyItems items) throws IOException {
    int at = Math.min(cursor, records.limit());
    int[] places = {row.from, row.to, at, items.used(), items.usedModes()};
    byte[][] out = {items.bytes(), items.modes()};
    StatRecords.take(row.scan, records, places, row.path, row.relative, out);
    cursor = places[2];
    items.used(places[3], places[4]);
    return places[0] - row.from;
  }

  /** Moves on to the record of the first file; true when that is another and still holds. */
  private boolean isElsewhere(Row row) {
    if (row.scan.type(row.from) != FileStatus.S_IFREG) {
      return false;
    }
    byte[] name = PathBytes.encode(row.scan.name(row.from));
    byte[] path = Arrays.copyOf(row.path, row.path.length + name.length);
    System.arraycopy(name, 0, path, row.path.length, name.length);
    int before = cursor;
    int at = record(path);
    if (at < 0 || at == before || !same(at, Stamp.of(row.scan, row.from))) {
      return false;
    }
    cursor = at;
    return true;
  }

  /** The record of a path; -1 when there is none. */
  private int record(byte[] name) {
    int at = cursor;
    if (at >= records.limit() || !matches(at, name)) {
      at = indexed(name);
    }
    if (at >= 0) {
      cursor = at + FIXED_BYTES + length(at);
    }
    return at;
  }

  private int indexed(byte[] name) {
    if (count == 0) {
      return -1;
    }
    if (table.length == 0) {
      index();
    }
    long hash = hash(name);
    for (int i = slot(hash); table[i] != 0; i = (i + 1) & (table.length - 1)) {
      int at = table[i] - 1;
      if (records.getLong(at) == hash && matches(at, name)) {
        return at;
      }
    }
    return -1;
  }

  /** Remembers the hash of a file, which is in {@code from} at {@code offset}. */
  synchronized void put(String path, Stamp stamp, byte[] from, int offset) {
    fresh.put(path, new Entry(stamp, Arrays.copyOfRange(from, offset, offset + SHA_BYTES)));
  }

  private boolean same(int at, Stamp stamp) {
    return records.getLong(at + 8) == stamp.sizeBytes()
        && records.getLong(at + 16) == stamp.mtimeNanos()
        && records.getLong(at + 24) == stamp.ctimeNanos()
        && records.getLong(at + 32) == stamp.inode();
  }

  private int length(int at) {
    return records.getShort(at + FIXED_BYTES - Short.BYTES) & 0xffff;
  }

  private boolean matches(int at, byte[] name) {
    if (length(at) != name.length) {
      return false;
    }
    readName(at, name.length);
    return Arrays.equals(scratch, 0, name.length, name, 0, name.length);
  }

  private void readName(int at, int length) {
    if (scratch.length < length) {
      scratch = new byte[length];
    }
    records.get(at + FIXED_BYTES, scratch, 0, length);
  }

  private int slot(long hash) {
    return (int) (hash ^ (hash >>> 32)) & (table.length - 1);
  }

  /** FNV-1a. */
  private static long hash(byte[] name) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : name) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }

  private void load() {
    if (loaded) {
      return;
    }
    loaded = true;
    records = NOTHING;
    count = 0;
    cursor = HEAD_BYTES;
    table = new int[0];
    try {
      ByteBuffer bytes = read();
      if (bytes.limit() >= HEAD_BYTES && bytes.getLong(0) == MAGIC) {
        check(bytes);
      }
    } catch (NoSuchFileException e) {
      // the first build of this directory
    } catch (IOException | IndexOutOfBoundsException e) {
      // a damaged cache only costs time
      records = NOTHING;
      count = 0;
    }
  }

  private ByteBuffer read() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size > Integer.MAX_VALUE) {
        throw new IOException("%s has outgrown its purpose".formatted(file));
      }
      if (size > MAPPED_BYTES) {
        return channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
      }
      ByteBuffer bytes = ByteBuffer.allocateDirect((int) size);
      int read = 0;
      while (read >= 0 && bytes.hasRemaining()) {
        read = channel.read(bytes);
      }
      return bytes.flip();
    }
  }

  /** Follows the records to their end, so that nobody later reads beyond it. */
  private void check(ByteBuffer bytes) {
    records = bytes;
    count = bytes.getInt(Long.BYTES);
    if (StatRecords.end(bytes, HEAD_BYTES, count) != bytes.limit()) {
      throw new IndexOutOfBoundsException("%d records do not fill the file".formatted(count));
    }
  }

  private void index() {
    table = new int[Integer.highestOneBit(count) << 2];
    int at = HEAD_BYTES;
    for (int n = 0; n < count; n++) {
      int i = slot(records.getLong(at));
      while (table[i] != 0) {
        i = (i + 1) & (table.length - 1);
      }
      table[i] = at + 1;
      at += FIXED_BYTES + length(at);
    }
  }

  /** As {@link #save()}, when what is new has become much, also compared with what is there. */
  synchronized void saveIfMany() throws IOException {
    if (fresh.size() >= Math.min(MANY, Math.max(FEW, count / 2))) {
      save();
    }
  }

  /** Writes the cache back if there is something new; a cache that cannot be written is none. */
  synchronized void save() throws IOException {
    if (fresh.isEmpty()) {
      return;
    }
    load();
    Path directory = file.toAbsolutePath().getParent();
    Files.createDirectories(directory);
    Path temporary = Files.createTempFile(directory, "stat", ".tmp");
    try {
      try (DataOutputStream out =
          new DataOutputStream(
              new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 16))) {
        write(out);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    loaded = false;
    dropOld(directory);
  }

  /** Old records in their places, the new ones instead or behind. */
  private void write(DataOutputStream out) throws IOException {
    int total = count;
    for (Map.Entry<String, Entry> e : fresh.entrySet()) {
      byte[] name = PathBytes.encode(e.getKey());
      total += indexed(name) >= 0 || name.length >= 1 << Short.SIZE ? 0 : 1;
    }
    out.writeLong(MAGIC);
    out.writeInt(total);
    int at = HEAD_BYTES;
    for (int n = 0; n < count; n++) {
      int length = length(at);
      readName(at, length);
      Entry newer = fresh.remove(PathBytes.decode(scratch, 0, length));
      if (newer != null) {
        write(out, Arrays.copyOf(scratch, length), newer);
      } else {
        byte[] record = new byte[FIXED_BYTES + length];
        records.get(at, record);
        out.write(record);
      }
      at += FIXED_BYTES + length;
    }
    for (Map.Entry<String, Entry> e : fresh.entrySet()) {
      byte[] name = PathBytes.encode(e.getKey());
      if (name.length < 1 << Short.SIZE) {
        write(out, name, e.getValue());
      }
    }
    fresh.clear();
  }

  private static void write(DataOutputStream out, byte[] name, Entry entry) throws IOException {
    Stamp stamp = entry.stamp;
    ByteBuffer record = ByteBuffer.allocate(FIXED_BYTES + name.length);
    record.putLong(hash(name)).putLong(stamp.sizeBytes()).putLong(stamp.mtimeNanos());
    record.putLong(stamp.ctimeNanos()).putLong(stamp.inode());
    record.put(entry.sha).putShort((short) name.length).put(name);
    out.write(record.array());
  }

  private static void dropOld(Path directory) throws IOException {
    long oldest = System.currentTimeMillis() - KEEP_MILLIS;
    try (var files = Files.newDirectoryStream(directory)) {
      for (Path other : files) {
        if (Files.getLastModifiedTime(other).toMillis() < oldest) {
          Files.deleteIfExists(other);
        }
      }
    } catch (NoSuchFileException e) {
      // another process dropped it first
    }
  }
}
