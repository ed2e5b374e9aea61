package dev.wadah.layer;

import dev.wadah.layer.tar.InvalidLayerException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * What compressed bytes may become. A few kilobytes of gzip may stand for gigabytes, of zstd for
 * terabytes; no image that somebody made to be used comes near these limits.
 *
 * @param bytes most bytes of one layer or archive, uncompressed
 * @param ratio most uncompressed bytes for each compressed one, beyond {@code ratioFromBytes}
 * @param ratioFromBytes so many bytes may be nothing but zeros
 * @param reserveBytes what unpacking leaves free on the store's disk; the usual one is a twentieth
 *     of a small disk
 */
public record UnpackLimits(long bytes, long ratio, long ratioFromBytes, long reserveBytes) {
  /** Names of the variables that set the limits: sizes such as 50G, and a number. */
  static final String BYTES = "WADAH_UNPACK_LIMIT";

  static final String RATIO = "WADAH_UNPACK_RATIO";
  static final String RESERVE = "WADAH_DISK_RESERVE";

  /** 256 GiB; two hundred to one beyond 16 GiB; 256 MiB. */
  public static final UnpackLimits DEFAULT =
      new UnpackLimits(256L << 30, 200, 16L << 30, 256 << 20);

  /** How many bytes are written between two looks at the disk. */
  private static final int WATCHED_BYTES = 4 << 20;

  private static final int SMALL_DISK = 20;

  /**
   * The limits that the environment sets, else the usual ones.
   *
   * @throws IOException naming a variable that is no size
   */
  public static UnpackLimits of(Map<String, String> environment) throws IOException {
    return new UnpackLimits(
        number(environment, BYTES, DEFAULT.bytes),
        number(environment, RATIO, DEFAULT.ratio),
        DEFAULT.ratioFromBytes,
        number(environment, RESERVE, DEFAULT.reserveBytes));
  }

  private static long number(Map<String, String> environment, String name, long otherwise)
      throws IOException {
    String text = environment.getOrDefault(name, "").strip();
    if (text.isEmpty()) {
      return otherwise;
    }
    int unit = "KMGT".indexOf(Character.toUpperCase(text.charAt(text.length() - 1)));
    String digits = unit < 0 ? text : text.substring(0, text.length() - 1);
    try {
      long value = Long.parseLong(digits.strip());
      if (value >= 0) {
        return Math.multiplyExact(value, 1L << (10 * (unit + 1)));
      }
    } catch (NumberFormatException | ArithmeticException e) {
      // told below
    }
    throw new IOException(
        "%s is \"%s\"; it should be a size such as 50G or 800M".formatted(name, text));
  }

  /**
   * The uncompressed bytes of {@code in}, as {@link Compression#decompress} gives them; reading
   * more than the limits allow is an {@link InvalidLayerException}.
   *
   * @param what what messages call it
   */
  public InputStream decompress(InputStream in, String what) throws IOException {
    Counted packed = new Counted(in);
    return new Limited(Compression.decompress(packed), packed, what);
  }

  /**
   * A stream that watches the disk that its bytes are written to: the end of the reserve is an
   * exception.
   *
   * @param folder on that disk
   */
  InputStream watchSpace(InputStream in, Path folder) {
    return new Watching(in, folder);
  }

  /** Checks sizes that somebody else has counted. */
  public void check(long unpacked, long packed, String what) throws InvalidLayerException {
    if (unpacked > bytes) {
      throw tooMuch(what, packed, "more than " + text(bytes), BYTES);
    }
    if (unpacked > ratioFromBytes && packed > 0 && unpacked / packed > ratio) {
      String much = "%s, more than %d bytes for each".formatted(text(unpacked), ratio);
      throw tooMuch(what, packed, much, RATIO);
    }
  }

  private static InvalidLayerException tooMuch(
      String what, long packed, String much, String variable) {
    return new InvalidLayerException(
        "%s: %s of it unpack to %s; refused, since it looks like a trap (%s sets the limit)"
            .formatted(what, text(packed), much, variable));
  }

  private static String text(long size) {
    String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    long rounded = size;
    while (rounded >= 10_240 && unit < units.length - 1) {
      rounded >>= 10;
      unit++;
    }
    return rounded + " " + units[unit];
  }

  /** Counts what is read. */
  private static class Counted extends FilterInputStream {
    long read;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int n = in.read(into, offset, length);
      read += Math.max(n, 0);
      return n;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = in.skip(count);
      read += skipped;
      return skipped;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }

  /** Compares what comes out with what went in. */
  private final class Limited extends Counted {
    private final Counted packed;
    private final String what;

    Limited(InputStream in, Counted packed, String what) {
      super(in);
      this.packed = packed;
      this.what = what;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int n = super.read(into, offset, length);
      if (read > bytes || read > ratioFromBytes) {
        check(read, packed.read, what);
      }
      return n;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = super.skip(count);
      check(read, packed.read, what);
      return skipped;
    }
  }

  /** Looks at the disk now and then. */
  private final class Watching extends Counted {
    private final Path folder;
    private long next = WATCHED_BYTES;

    Watching(InputStream in, Path folder) {
      super(in);
      this.folder = folder;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int n = super.read(into, offset, length);
      if (read >= next) {
        next = read + WATCHED_BYTES;
        look();
      }
      return n;
    }

    private void look() throws IOException {
      long free = folder.toFile().getUsableSpace();
      if (free >= reserveBytes) {
        return;
      }
      boolean usual = reserveBytes == DEFAULT.reserveBytes;
      long twentieth = folder.toFile().getTotalSpace() / SMALL_DISK;
      long reserve = usual ? Math.min(reserveBytes, twentieth) : reserveBytes;
      if (free < reserve) {
        throw new IOException(
            ("No space left on device, or next to none: unpacking a layer stopped at %s of it, since"
                    + " %s are free in %s and %s stay free (%s sets how much)")
                .formatted(text(read), text(free), folder, text(reserve), RESERVE));
      }
    }
  }
}
