package dev.wadah.build.context;

import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.PathBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers the content digests of the files of one directory by what lstat says of them, as Git's
 * index does: path, size, modification and change time, inode.
 *
 * <p>One file per directory: a magic number, then records of fixed fields and the path. It is
 * replaced as a whole by rename, so another process sees the old one or the new one, and the last
 * to write wins; what was lost is hashed again. A damaged file counts as none.
 */
final class StatCache {
  private static final long MAGIC = 0x57414441_53544131L; // "WADASTA1"
  private static final int SHA_BYTES = 32;

  /** Hash of the path, size, times, inode, digest, length of the path. */
  private static final int FIXED_BYTES = 5 * Long.BYTES + SHA_BYTES + Short.BYTES;

  /** A cache that nobody used for so long is dropped. */
  private static final long KEEP_MILLIS = 90L * 24 * 3600 * 1000;

  private final Path file;
  private ByteBuffer records = ByteBuffer.allocate(0);

  /** Open-addressed table of record offsets plus one; its length is a power of two. */
  private int[] table = new int[2];

  private boolean loaded;
  private final Map<String, Entry> fresh = new HashMap<>();

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(FileStatus status, byte[] sha) {}

  StatCache(Path file) {
    this.file = file;
  }

  /** The digest of a file that has not changed since; empty when it must be read. */
  synchronized Optional<Digest> find(String path, FileStatus status) {
    load();
    Entry entry = fresh.get(path);
    if (entry != null) {
      return same(entry.status, status)
          ? Optional.of(Digest.ofSha256(entry.sha))
          : Optional.empty();
    }
    byte[] name = PathBytes.encode(path);
    long hash = hash(name);
    for (int i = slot(hash); table[i] != 0; i = (i + 1) & (table.length - 1)) {
      int at = table[i] - 1;
      if (records.getLong(at) == hash && matches(at, name)) {
        return same(at, status) ? Optional.of(digest(at)) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Remembers a digest. */
  synchronized void put(String path, FileStatus status, Digest digest) {
    fresh.put(path, new Entry(status, HexFormat.of().parseHex(digest.hex())));
  }

  /** Whether two looks at a file saw the same. */
  static boolean same(FileStatus one, FileStatus other) {
    return one.sizeBytes() == other.sizeBytes()
        && one.mtimeNanos() == other.mtimeNanos()
        && one.ctimeNanos() == other.ctimeNanos()
        && one.inode() == other.inode();
  }

  private boolean same(int at, FileStatus status) {
    return records.getLong(at + 8) == status.sizeBytes()
        && records.getLong(at + 16) == status.mtimeNanos()
        && records.getLong(at + 24) == status.ctimeNanos()
        && records.getLong(at + 32) == status.inode();
  }

  private Digest digest(int at) {
    return Digest.ofSha256(
        Arrays.copyOfRange(records.array(), at + 5 * Long.BYTES, at + 5 * Long.BYTES + SHA_BYTES));
  }

  private int length(int at) {
    return records.getShort(at + FIXED_BYTES - Short.BYTES) & 0xffff;
  }

  private boolean matches(int at, byte[] name) {
    int from = at + FIXED_BYTES;
    return Arrays.equals(records.array(), from, from + length(at), name, 0, name.length);
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
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      if (bytes.remaining() >= Long.BYTES + Integer.BYTES && bytes.getLong(0) == MAGIC) {
        index(bytes);
      }
    } catch (NoSuchFileException e) {
      // the first build of this directory
    } catch (IOException | IndexOutOfBoundsException e) {
      // a damaged cache only costs time
      records = ByteBuffer.allocate(0);
      table = new int[2];
    }
  }

  private void index(ByteBuffer bytes) {
    int count = bytes.getInt(Long.BYTES);
    if (count < 0 || (long) count * FIXED_BYTES > bytes.limit()) {
      return;
    }
    records = bytes;
    table = new int[Integer.highestOneBit(Math.max(count, 1)) << 2];
    int at = Long.BYTES + Integer.BYTES;
    for (int n = 0; n < count; n++) {
      int end = at + FIXED_BYTES + length(at);
      if (end > bytes.limit()) {
        throw new IndexOutOfBoundsException("record %d ends behind the file".formatted(n));
      }
      int i = slot(bytes.getLong(at));
      while (table[i] != 0) {
        i = (i + 1) & (table.length - 1);
      }
      table[i] = at + 1;
      at = end;
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
      Files.write(temporary, bytes());
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    fresh.clear();
    loaded = false;
    dropOld(directory);
  }

  private byte[] bytes() {
    Map<String, byte[]> names = new HashMap<>();
    int size = records.limit() + Long.BYTES + Integer.BYTES;
    for (String path : fresh.keySet()) {
      byte[] name = PathBytes.encode(path);
      names.put(path, name);
      size += FIXED_BYTES + name.length;
    }
    ByteBuffer out = ByteBuffer.allocate(size).putLong(MAGIC).putInt(0);
    int count = 0;
    for (int slot : table) {
      if (slot != 0 && !fresh.containsKey(path(slot - 1))) {
        out.put(records.array(), slot - 1, FIXED_BYTES + length(slot - 1));
        count++;
      }
    }
    for (Map.Entry<String, Entry> e : fresh.entrySet()) {
      byte[] name = names.get(e.getKey());
      if (name.length < 1 << Short.SIZE) {
        put(out, name, e.getValue());
        count++;
      }
    }
    out.putInt(Long.BYTES, count);
    return Arrays.copyOf(out.array(), out.position());
  }

  private String path(int at) {
    int from = at + FIXED_BYTES;
    return PathBytes.decode(records.array(), from, length(at));
  }

  private static void put(ByteBuffer out, byte[] name, Entry entry) {
    FileStatus status = entry.status;
    out.putLong(hash(name)).putLong(status.sizeBytes()).putLong(status.mtimeNanos());
    out.putLong(status.ctimeNanos()).putLong(status.inode());
    out.put(entry.sha).putShort((short) name.length).put(name);
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
