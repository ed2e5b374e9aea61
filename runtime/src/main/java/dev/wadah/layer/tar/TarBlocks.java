package dev.wadah.layer.tar;

import dev.wadah.posix.PathBytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the header blocks of entries in the one form that Wadah's layers have: ustar; a PAX header
 * only for what ustar cannot say; numeric owners, no names; no access or change time; modification
 * time in whole seconds, rounded down, as Docker's layers have it, unless {@link Times} says more.
 * Not for use by several threads at once.
 */
public final class TarBlocks {
  /** Bytes of a block; an archive is a number of whole ones. */
  public static final int BLOCK = TarHeader.BLOCK;

  /** Bytes of the end of an archive: two zero blocks. */
  public static final int END_BYTES = 2 * BLOCK;

  private static final int NAME_BYTES = 100;
  private static final int PREFIX_BYTES = 155;
  private static final long BILLION = 1_000_000_000L;

  /** How exact modification times are. */
  public enum Times {
    SECONDS,
    NANOSECONDS
  }

  private final Times times;
  private final TreeMap<String, byte[]> pax = new TreeMap<>();

  private byte[] out = new byte[4 * TarHeader.BLOCK];
  private int length;

  /** Headers as layers have them. */
  public TarBlocks() {
    this(Times.SECONDS);
  }

  /** Headers with times that are as exact as asked for. */
  public TarBlocks(Times times) {
    this.times = times;
  }

  /** The bytes written for the last entry, up to {@link #length()}. */
  public byte[] bytes() {
    return out;
  }

  /** How many of {@link #bytes()} there are. */
  public int length() {
    return length;
  }

  /** Writes the end of the archive. */
  public void end() {
    Arrays.fill(out, 0, END_BYTES, (byte) 0);
    length = END_BYTES;
  }

  /** Writes the header of an entry; a directory's name may be without the slash at its end. */
  public void entry(TarEntry entry) {
    boolean bare = entry.kind() == TarEntry.Kind.DIRECTORY && !entry.name().endsWith("/");
    for (Map.Entry<String, byte[]> xattr : entry.extras().xattrs().entrySet()) {
      pax.put(PaxRecords.XATTR + xattr.getKey(), xattr.getValue());
    }
    header(bare ? entry.name() + "/" : entry.name(), entry);
  }

  private static char typeFlag(TarEntry.Kind kind) {
    return switch (kind) {
      case FILE -> '0';
      case HARD_LINK -> '1';
      case SYMLINK -> '2';
      case CHARACTER_DEVICE -> '3';
      case BLOCK_DEVICE -> '4';
      case DIRECTORY -> '5';
      case FIFO -> '6';
    };
  }

  /** What fills the block up after {@code sizeBytes} bytes of content. */
  public static int padding(long sizeBytes) {
    return (int) (-sizeBytes & (TarHeader.BLOCK - 1));
  }

  /** Writes the ustar block, after a PAX header when a value did not fit. */
  private void header(String name, TarEntry entry) {
    char type = typeFlag(entry.kind());
    byte[] block = new byte[TarHeader.BLOCK];
    putName(block, PathBytes.encode(name));
    putLink(block, PathBytes.encode(entry.link()));
    octal(block, 100, 8, entry.mode());
    putNumber(block, 108, 8, "uid", Integer.toUnsignedLong(entry.owner().uid()));
    putNumber(block, 116, 8, "gid", Integer.toUnsignedLong(entry.owner().gid()));
    putNumber(block, 124, 12, "size", type == '0' ? entry.sizeBytes() : 0);
    putNumber(block, TarHeader.MTIME, TarHeader.MTIME_WIDTH, "mtime", mtimeSeconds(entry));
    if (times == Times.NANOSECONDS && entry.mtimeNanos() % BILLION != 0) {
      pax.put("mtime", seconds(entry.mtimeNanos()));
    }
    if (type == '3' || type == '4') {
      octal(block, 329, 8, entry.extras().major());
      octal(block, 337, 8, entry.extras().minor());
    }
    finish(block, type);
    length = 0;
    if (!pax.isEmpty()) {
      appendPax();
    }
    append(block, TarHeader.BLOCK);
  }

  /**
   * Between 1901 and 2242, which every file system can hold (ext4 ends at 2446, ustar's field at
   * 2242): the tar that a tree gives back must be the one it came from.
   */
  private static long mtimeSeconds(TarEntry entry) {
    long seconds = Math.floorDiv(entry.mtimeNanos(), BILLION);
    return Math.max(Integer.MIN_VALUE, Math.min(seconds, (1L << 33) - 1));
  }

  /** Decimal seconds with a fraction, which is not 0 (POSIX pax "mtime"). */
  private static byte[] seconds(long nanos) {
    String digits = Long.toString(Math.abs(nanos % BILLION) + BILLION);
    int end = digits.length();
    while (digits.charAt(end - 1) == '0') {
      end--;
    }
    String sign = nanos < 0 ? "-" : "";
    String text = sign + Math.abs(nanos / BILLION) + "." + digits.substring(1, end);
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static void finish(byte[] block, char type) {
    block[156] = (byte) type;
    byte[] magic = {'u', 's', 't', 'a', 'r', 0, '0', '0'};
    System.arraycopy(magic, 0, block, 257, magic.length);
    putSum(block);
  }

  /** Gives a header the check sum that it has now. */
  static void putSum(byte[] block) {
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xFF;
    }
    octal(block, 148, 7, sum); // six digits, NUL, and a blank stays behind it
  }

  private void appendPax() {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (Map.Entry<String, byte[]> record : pax.entrySet()) {
      byte[] key = (" " + record.getKey() + "=").getBytes(StandardCharsets.US_ASCII);
      int without = key.length + record.getValue().length + 1;
      int total = without + digits(without);
      total = without + digits(total); // its own digits may make it one digit longer
      records.writeBytes(Integer.toString(total).getBytes(StandardCharsets.US_ASCII));
      records.writeBytes(key);
      records.writeBytes(record.getValue());
      records.write('\n');
    }
    pax.clear();
    byte[] block = new byte[TarHeader.BLOCK];
    byte[] name = "././@PaxHeader".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(name, 0, block, 0, name.length);
    octal(block, 100, 8, 0);
    octal(block, 108, 8, 0);
    octal(block, 116, 8, 0);
    octal(block, 124, 12, records.size());
    octal(block, TarHeader.MTIME, TarHeader.MTIME_WIDTH, 0);
    finish(block, 'x');
    append(block, TarHeader.BLOCK);
    append(records.toByteArray(), records.size());
  }

  private static int digits(int number) {
    return Integer.toString(number).length();
  }

  /** Appends and fills up to the end of a block. */
  private void append(byte[] bytes, int count) {
    int end = length + (count + TarHeader.BLOCK - 1) / TarHeader.BLOCK * TarHeader.BLOCK;
    if (end > out.length) {
      out = Arrays.copyOf(out, end * 2);
    }
    System.arraycopy(bytes, 0, out, length, count);
    Arrays.fill(out, length + count, end, (byte) 0);
    length = end;
  }

  /** Name, or prefix and name, or a PAX record for what is too long or not ASCII. */
  private void putName(byte[] block, byte[] name) {
    if (!isAscii(name)) {
      pax.put("path", name);
      return;
    }
    if (name.length <= NAME_BYTES) {
      System.arraycopy(name, 0, block, 0, name.length);
      return;
    }
    int slash = Math.min(PREFIX_BYTES, name.length - 2);
    while (slash > 0 && name[slash] != '/') {
      slash--;
    }
    if (slash <= 0 || name.length - slash - 1 > NAME_BYTES) {
      pax.put("path", name);
      return;
    }
    System.arraycopy(name, 0, block, 345, slash);
    System.arraycopy(name, slash + 1, block, 0, name.length - slash - 1);
  }

  private void putLink(byte[] block, byte[] link) {
    if (link.length > NAME_BYTES || !isAscii(link)) {
      pax.put("linkpath", link);
    } else {
      System.arraycopy(link, 0, block, 157, link.length);
    }
  }

  private static boolean isAscii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  private void putNumber(byte[] block, int at, int width, String key, long value) {
    long most = (1L << (3 * (width - 1))) - 1;
    boolean fits = value >= 0 && value <= most;
    octal(block, at, width, fits ? value : 0);
    if (!fits) {
      pax.put(key, Long.toString(value).getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** {@code width - 1} octal digits and a NUL. */
  static void octal(byte[] block, int at, int width, long value) {
    long rest = value;
    block[at + width - 1] = 0;
    for (int i = at + width - 2; i >= at; i--) {
      block[i] = (byte) ('0' + (rest & 7));
      rest >>= 3;
    }
  }
}
