package dev.wadah.build.export;

import com.github.luben.zstd.ZstdOutputStream;
import dev.wadah.oci.MediaTypes;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;

/** How the layers of an output are compressed. Equal input gives equal bytes. */
enum Compression {
  UNCOMPRESSED(MediaTypes.OCI_LAYER, 0, 0, 0),
  GZIP(MediaTypes.OCI_LAYER_GZIP, 6, 0, 9),
  ZSTD(MediaTypes.OCI_LAYER_ZSTD, 3, 0, 22);

  private final String layerType;
  private final int defaultLevel;
  private final int lowest;
  private final int highest;

  Compression(String layerType, int defaultLevel, int lowest, int highest) {
    this.layerType = layerType;
    this.defaultLevel = defaultLevel;
    this.lowest = lowest;
    this.highest = highest;
  }

  /** The OCI media type of a layer. */
  String layerType() {
    return layerType;
  }

  int defaultLevel() {
    return defaultLevel;
  }

  boolean allows(int level) {
    return lowest <= level && level <= highest;
  }

  int highest() {
    return highest;
  }

  /** The name in {@code compression=}. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The compression of a layer of this media type, OCI's or Docker's. */
  static Compression ofLayer(String mediaType) {
    if (mediaType.endsWith("gzip")) {
      return GZIP;
    }
    return mediaType.endsWith("zstd") ? ZSTD : UNCOMPRESSED;
  }

  /** A stream that compresses; closing it ends the compressed data and closes {@code out}. */
  OutputStream compress(OutputStream out, int level) throws IOException {
    return switch (this) {
      case UNCOMPRESSED -> out;
      case GZIP -> new ParallelGzip(out, level);
      // with workers the bytes do not depend on how many there are
      case ZSTD ->
          new ZstdOutputStream(out, level).setWorkers(Runtime.getRuntime().availableProcessors());
    };
  }
}
