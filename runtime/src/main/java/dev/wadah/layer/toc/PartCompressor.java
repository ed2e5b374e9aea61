package dev.wadah.layer.toc;

import com.github.luben.zstd.ZstdCompressCtx;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Compresses pieces, each to something that can be decompressed without the others. The bytes
 * depend on the piece and the level only. Not for several threads.
 */
interface PartCompressor extends AutoCloseable {
  /** The first {@code length} bytes, compressed. */
  byte[] compress(byte[] bytes, int length);

  @Override
  void close();

  /** Makes compressors, one for each thread at work. */
  @FunctionalInterface
  interface Maker {
    PartCompressor open();
  }

  /** Gzip members (RFC 1952). */
  final class Gzip implements PartCompressor {
    /** Magic, deflate, no flags, no time, no extra flags, operating system unknown. */
    static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255};

    static final int TRAILER_BYTES = 8;

    private final Deflater deflater;

    Gzip(int level) {
      this.deflater = new Deflater(level, true);
    }

    @Override
    public byte[] compress(byte[] bytes, int length) {
      deflater.reset();
      deflater.setInput(bytes, 0, length);
      deflater.finish();
      byte[] out = Arrays.copyOf(HEADER, HEADER.length + TRAILER_BYTES + length / 2 + 64);
      int at = HEADER.length;
      while (!deflater.finished()) {
        if (at == out.length - TRAILER_BYTES) {
          out = Arrays.copyOf(out, out.length * 2);
        }
        at += deflater.deflate(out, at, out.length - TRAILER_BYTES - at);
      }
      CRC32 crc = new CRC32();
      crc.update(bytes, 0, length);
      at = putInt(out, at, (int) crc.getValue());
      return Arrays.copyOf(out, putInt(out, at, length));
    }

    /** Writes a number, least byte first; the place behind it. */
    static int putInt(byte[] out, int at, int value) {
      for (int i = 0; i < 4; i++) {
        out[at + i] = (byte) (value >>> (8 * i));
      }
      return at + 4;
    }

    @Override
    public void close() {
      deflater.end();
    }
  }

  /** Zstandard frames (RFC 8878). */
  final class Zstd implements PartCompressor {
    private final ZstdCompressCtx context = new ZstdCompressCtx();

    Zstd(int level) {
      context.setLevel(level);
    }

    @Override
    public byte[] compress(byte[] bytes, int length) {
      byte[] out = new byte[(int) com.github.luben.zstd.Zstd.compressBound(length)];
      int n = context.compressByteArray(out, 0, out.length, bytes, 0, length);
      return Arrays.copyOf(out, n);
    }

    @Override
    public void close() {
      context.close();
    }
  }
}
