package dev.wadah.content;

import dev.wadah.oci.Digest;
import dev.wadah.posix.NativeSha256;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/**
 * Passes bytes on and computes their SHA-256 on the way. Gathers small writes into large ones. Not
 * for use by several threads at once.
 */
public final class HashingOutput extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  private final OutputStream out;
  private final MessageDigest hash = new NativeSha256();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int used;
  private long sizeBytes;
  private Digest digest;

  /** Writes to {@code out}, which is closed with this stream. */
  public HashingOutput(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int value) throws IOException {
    if (used == buffer.length) {
      flushBuffer();
    }
    buffer[used++] = (byte) value;
    sizeBytes++;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    sizeBytes += length;
    if (length > buffer.length - used) {
      flushBuffer();
    }
    if (length > buffer.length) {
      hash.update(bytes, offset, length);
      out.write(bytes, offset, length);
    } else {
      System.arraycopy(bytes, offset, buffer, used, length);
      used += length;
    }
  }

  private void flushBuffer() throws IOException {
    hash.update(buffer, 0, used);
    out.write(buffer, 0, used);
    used = 0;
  }

  @Override
  public void flush() throws IOException {
    flushBuffer();
    out.flush();
  }

  /** Bytes written so far. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** The digest of everything written; only after {@link #close()}. */
  public Digest digest() {
    if (digest == null) {
      throw new IllegalStateException("the stream is not closed yet");
    }
    return digest;
  }

  /** Idempotent. */
  @Override
  public void close() throws IOException {
    if (digest == null) {
      try (out) {
        flushBuffer();
      }
      digest = Digest.ofSha256(hash.digest());
    }
  }
}
