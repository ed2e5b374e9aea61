package dev.wadah.build.files;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.tukaani.xz.XZInputStream;

/** Compressions of archives, told by their first bytes. */
public enum Decompression {
  NONE,
  GZIP,
  BZIP2,
  XZ,
  ZSTD;

  /** Bytes that {@link #detect} looks at. */
  public static final int MAGIC_BYTES = 6;

  private static final int BUFFER_BYTES = 1 << 16;

  /** Memory that an xz archive may ask for, in KiB; {@code xz -9} asks for 65 MiB. */
  private static final int XZ_LIMIT_KIB = 256 << 10;

  /** The compression that begins with these bytes. */
  public static Decompression detect(byte[] start, int length) {
    if (starts(start, length, 0x1f, 0x8b)) {
      return GZIP;
    }
    if (starts(start, length, 'B', 'Z', 'h')) {
      return BZIP2;
    }
    if (starts(start, length, 0xfd, '7', 'z', 'X', 'Z', 0)) {
      return XZ;
    }
    boolean skippable =
        length >= 4
            && (start[0] & 0xf0) == 0x50
            && starts(start, length, start[0], 0x2a, 0x4d, 0x18);
    return skippable || starts(start, length, 0x28, 0xb5, 0x2f, 0xfd) ? ZSTD : NONE;
  }

  private static boolean starts(byte[] bytes, int length, int... magic) {
    if (length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if (bytes[i] != (byte) magic[i]) {
        return false;
      }
    }
    return true;
  }

  /** Wraps a stream in the decompressor that its beginning asks for. */
  public static InputStream open(InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, BUFFER_BYTES);
    buffered.mark(MAGIC_BYTES);
    byte[] start = buffered.readNBytes(MAGIC_BYTES);
    buffered.reset();
    return detect(start, start.length).wrap(buffered);
  }

  private InputStream wrap(InputStream in) throws IOException {
    return switch (this) {
      case NONE -> in;
      case GZIP -> new BufferedInputStream(gunzip(in), BUFFER_BYTES);
      case BZIP2 -> new BufferedInputStream(new BZip2CompressorInputStream(in, true), BUFFER_BYTES);
      case XZ -> new XZInputStream(in, XZ_LIMIT_KIB);
      case ZSTD -> new BufferedInputStream(new ZstdInputStream(in), BUFFER_BYTES);
    };
  }

  /** All members of a concatenated file, as gzip itself reads it. */
  private static InputStream gunzip(InputStream in) throws IOException {
    return GzipCompressorInputStream.builder()
        .setInputStream(in)
        .setDecompressConcatenated(true)
        .get();
  }
}
