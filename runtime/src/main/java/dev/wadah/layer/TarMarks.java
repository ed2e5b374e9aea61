package dev.wadah.layer;

import dev.wadah.posix.PathBytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Where in a canonical tar every few entries begin, so that a name in it is found by reading few
 * headers: what a million files need of memory is that of sixteen thousand. An entry is known by
 * its path in the layer; that of a whiteout is what it hides. Never changes; safe for threads.
 */
final class TarMarks {
  /** Entries from one mark to the next. */
  static final int STEP = 64;

  private static final byte[] MAGIC = "wadah marks 2\n".getBytes(StandardCharsets.US_ASCII);

  private final String[] paths;
  private final long[] offsets;

  /** Places in the order of entries of those that may have further names. */
  private final BitSet linked;

  private final Hides hides;

  private TarMarks(String[] paths, long[] offsets, BitSet linked, Hides hides) {
    this.paths = paths;
    this.offsets = offsets;
    this.linked = linked;
    this.hides = hides;
  }

  /** What a layer hides of those below it. */
  enum Hides {
    NOTHING,
    SOMETHING,
    EVERYTHING
  }

  /** Number of marks. */
  int size() {
    return paths.length;
  }

  /** The path of the entry at a mark. */
  String path(int mark) {
    return paths[mark];
  }

  /** Where the entry at a mark begins in the tar, with the headers that belong to it. */
  long offset(int mark) {
    return offsets[mark];
  }

  Hides hides() {
    return hides;
  }

  /** The mark from which on an entry is, if it is there; -1 when it would come before all. */
  int floor(String path) {
    int at = Arrays.binarySearch(paths, path, PathBytes::comparePaths);
    return at >= 0 ? at : -at - 2;
  }

  /** The last mark that is not behind everything below a directory. */
  int lastWithin(String directory) {
    String below = directory + "/";
    int low = 0;
    int high = paths.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      String path = paths[middle];
      if (path.startsWith(below) || PathBytes.comparePaths(path, directory) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /**
   * A number, from 1, for a file that may have further names; 0 when it has one only.
   *
   * @param index of its entry after the mark, without those of opaque directories
   */
  int link(int mark, int index) {
    int place = mark * STEP + index;
    return linked.get(place) ? place + 1 : 0;
  }

  /** Gathers marks while a tar is written or read. */
  static final class Builder {
    private final List<String> paths = new ArrayList<>();
    private final List<Long> offsets = new ArrayList<>();
    private final BitSet linked = new BitSet();
    private Hides hides = Hides.NOTHING;
    private int since = STEP;

    /** Takes an entry that begins at {@code offset}; a file with further names has an inode. */
    void add(LayerEntry entry, long offset) {
      String path = entry.path();
      if (entry instanceof LayerEntry.Opaque) {
        // No mark: it is found with its directory, which comes right before it.
        hides(path.equals("/") ? Hides.EVERYTHING : Hides.SOMETHING);
        return;
      }
      if (++since >= STEP) {
        since = 0;
        paths.add(path);
        offsets.add(offset);
      }
      if (entry instanceof LayerEntry.Whiteout) {
        hides(Hides.SOMETHING);
      } else if (entry instanceof LayerEntry.File file && file.node().identity().inode() != 0) {
        linked.set((paths.size() - 1) * STEP + since);
      }
    }

    private void hides(Hides more) {
      hides = more.compareTo(hides) > 0 ? more : hides;
    }

    TarMarks build() {
      long[] starts = offsets.stream().mapToLong(Long::longValue).toArray();
      return new TarMarks(paths.toArray(new String[0]), starts, linked, hides);
    }
  }

  @SuppressWarnings("EnumOrdinal") // these files are caches: another version makes them anew
  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(hides.ordinal());
      write(paths, out);
      for (long offset : offsets) {
        out.writeLong(offset);
      }
      byte[] bits = linked.toByteArray();
      out.writeInt(bits.length);
      out.write(bits);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    byte[] body = bytes.toByteArray();
    ByteArrayOutputStream whole = new ByteArrayOutputStream(body.length + 32);
    whole.writeBytes(MAGIC);
    whole.writeBytes(java.nio.ByteBuffer.allocate(8).putLong(sum(body, 0)).array());
    whole.writeBytes(body);
    return whole.toByteArray();
  }

  private static void write(String[] texts, DataOutputStream out) throws IOException {
    out.writeInt(texts.length);
    for (String text : texts) {
      byte[] bytes = PathBytes.encode(text);
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if it is something else, or damaged
   */
  static TarMarks parse(byte[] bytes) {
    int start = MAGIC.length + 8;
    if (bytes.length < start
        || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
        || java.nio.ByteBuffer.wrap(bytes).getLong(MAGIC.length) != sum(bytes, start)) {
      throw new IllegalArgumentException("no marks of a tar");
    }
    try (DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(bytes, start, bytes.length - start))) {
      Hides hides = Hides.values()[in.readByte()];
      String[] paths = read(in);
      long[] offsets = new long[paths.length];
      for (int i = 0; i < offsets.length; i++) {
        offsets[i] = in.readLong();
      }
      return new TarMarks(paths, offsets, BitSet.valueOf(in.readNBytes(in.readInt())), hides);
    } catch (IOException e) {
      throw new IllegalArgumentException("no marks of a tar", e);
    }
  }

  private static String[] read(DataInputStream in) throws IOException {
    String[] texts = new String[in.readInt()];
    for (int i = 0; i < texts.length; i++) {
      byte[] bytes = in.readNBytes(in.readInt());
      texts[i] = PathBytes.decode(bytes, 0, bytes.length);
    }
    return texts;
  }

  private static long sum(byte[] bytes, int from) {
    CRC32 sum = new CRC32();
    sum.update(bytes, from, bytes.length - from);
    return sum.getValue();
  }
}
