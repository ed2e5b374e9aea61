package dev.wadah.layer;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/** How a stream is compressed, known by its first bytes and never by a name or media type. */
public enum Compression {
  NONE,
  GZIP,
  ZSTD,
  BZIP2,
  XZ;

  /** How many bytes {@link #detect} wants to see. */
  public static final int MAGIC_BYTES = 6;

  /** Most memory that unpacking an xz stream may take: 256 MiB, above what {@code xz -9} needs. */
  static final int XZ_MEMORY_KIB = 256 << 10;

  private static final int BUFFER_BYTES = 1 << 16;

  /**
   * The compression of a stream that begins so.
   *
   * @param head its first bytes
   * @param length how many; fewer than {@link #MAGIC_BYTES} only when the stream is that short
   */
  public static Compression detect(byte[] head, int length) {
    if (length >= 3 && head[0] == 0x1F && head[1] == (byte) 0x8B && head[2] == 8) {
      return GZIP;
    }
    if (length >= 4 && isZstd(head)) {
      return ZSTD;
    }
    if (length >= 3 && head[0] == 'B' && head[1] == 'Z' && head[2] == 'h') {
      return BZIP2;
    }
    boolean xz =
        length >= 6
            && head[0] == (byte) 0xFD
            && head[1] == '7'
            && head[2] == 'z'
            && head[3] == 'X'
            && head[4] == 'Z'
            && head[5] == 0;
    return xz ? XZ : NONE;
  }

  /** A frame, or a skippable frame, which chunked zstd layers begin with (RFC 8878 section 3.1). */
  private static boolean isZstd(byte[] head) {
    boolean frame =
        head[0] == 0x28 && head[1] == (byte) 0xB5 && head[2] == 0x2F && head[3] == (byte) 0xFD;
    boolean skippable =
        (head[0] & 0xF0) == 0x50 && head[1] == 0x2A && head[2] == 0x4D && head[3] == 0x18;
    return frame || skippable;
  }

  /**
   * The uncompressed bytes of {@code in}, which is closed with the result. Several gzip members,
   * zstd frames, xz or bzip2 streams one after the other are read as one.
   *
   * @throws IOException if the beginning is broken
   */
  public static InputStream decompress(InputStream in) throws IOException {
    PushbackInputStream whole = new Ahead(in);
    byte[] head = new byte[MAGIC_BYTES];
    int length = whole.readNBytes(head, 0, MAGIC_BYTES);
    whole.unread(head, 0, length);
    return detect(head, length).open(whole);
  }

  /** The uncompressed bytes of {@code in}, which has this compression. */
  public InputStream open(InputStream in) throws IOException {
    return switch (this) {
      case NONE -> in;
      case GZIP -> new GZIPInputStream(in instanceof Ahead ? in : new Ahead(in), BUFFER_BYTES);
      case ZSTD -> Zstd.open(in);
      case BZIP2 -> Bzip2.open(in);
      case XZ -> Xz.open(in);
    };
  }

  /**
   * Compresses; the same bytes at the same level give the same result with the same library.
   *
   * @param out closed with the result
   * @throws IllegalArgumentException for {@link #BZIP2} and {@link #XZ}, which no image uses
   */
  public OutputStream compress(OutputStream out) throws IOException {
    return switch (this) {
      case NONE -> out;
      case GZIP -> new GZIPOutputStream(out, BUFFER_BYTES);
      case ZSTD -> Zstd.compress(out);
      case BZIP2, XZ -> throw new IllegalArgumentException(this + " is not written");
    };
  }

  /** Whether this exception, of a stream that this class made, means broken bytes. */
  public static boolean isBroken(IOException e) {
    return e instanceof ZipException
        || e instanceof java.io.EOFException
        || e.getClass().getName().startsWith("com.github.luben.zstd")
        || e.getClass().getName().startsWith("org.tukaani.xz");
  }

  // One class each: the verifier loads what a class mentions, and most builds see gzip at most.

  private static final class Zstd {
    static InputStream open(InputStream in) throws IOException {
      return new ZstdInputStream(in);
    }

    static OutputStream compress(OutputStream out) throws IOException {
      return new ZstdOutputStream(out, 3);
    }
  }

  private static final class Bzip2 {
    static InputStream open(InputStream in) throws IOException {
      return new BZip2CompressorInputStream(in, true);
    }
  }

  private static final class Xz {
    static InputStream open(InputStream in) throws IOException {
      return new XZInputStream(in, XZ_MEMORY_KIB);
    }
  }

  /**
   * A stream that says truthfully whether anything follows: GZIPInputStream asks {@code available}
   * at the end of a member, and takes the 0 that a network stream may answer for the end of all.
   */
  private static final class Ahead extends PushbackInputStream {
    Ahead(InputStream in) {
      super(in, MAGIC_BYTES);
    }

    @Override
    public int available() throws IOException {
      int known = super.available();
      if (known > 0) {
        return known;
      }
      int next = read();
      if (next < 0) {
        return 0;
      }
      unread(next);
      return 1;
    }
  }
}
