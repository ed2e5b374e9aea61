package dev.wadah.image;

import com.github.luben.zstd.ZstdInputStream;
import dev.wadah.oci.MediaTypes;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** How bytes are compressed, told by their first ones. */
public enum BlobEncoding {
  PLAIN,
  GZIP,
  ZSTD,
  XZ,
  BZIP2;

  /** How many first bytes {@link #of} looks at. */
  public static final int HEAD_BYTES = 6;

  private static final int MEMORY_LIMIT_KIB = 512 << 10;

  /** The encoding of what begins so. */
  public static BlobEncoding of(byte[] head) {
    if (starts(head, 0x1f, 0x8b)) {
      return GZIP;
    }
    if (starts(head, 0x28, 0xb5, 0x2f, 0xfd)) {
      return ZSTD;
    }
    if (starts(head, 0xfd, '7', 'z', 'X', 'Z', 0)) {
      return XZ;
    }
    return starts(head, 'B', 'Z', 'h') ? BZIP2 : PLAIN;
  }

  private static boolean starts(byte[] head, int... magic) {
    if (head.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((head[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /** The uncompressed bytes of {@code in}; all members or frames of it. */
  public InputStream decode(InputStream in) throws IOException {
    return switch (this) {
      case PLAIN -> in;
      case GZIP ->
          GzipCompressorInputStream.builder()
              .setInputStream(in)
              .setDecompressConcatenated(true)
              .get();
      case ZSTD -> new ZstdInputStream(in);
      case XZ ->
          XZCompressorInputStream.builder()
              .setInputStream(in)
              .setDecompressConcatenated(true)
              .setMemoryLimitKiB(MEMORY_LIMIT_KIB)
              .get();
      case BZIP2 -> new BZip2CompressorInputStream(in, true);
    };
  }

  /** The media type of an OCI layer compressed so. */
  public String layerType() {
    return switch (this) {
      case GZIP -> MediaTypes.OCI_LAYER_GZIP;
      case ZSTD -> MediaTypes.OCI_LAYER_ZSTD;
      default -> MediaTypes.OCI_LAYER;
    };
  }
}
