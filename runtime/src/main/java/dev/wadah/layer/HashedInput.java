package dev.wadah.layer;

import dev.wadah.content.DigestMismatchException;
import dev.wadah.oci.Digest;
import dev.wadah.posix.NativeSha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** Computes the SHA-256 of what is read through it. Not for use by several threads at once. */
final class HashedInput extends FilterInputStream {
  private final MessageDigest hash = new NativeSha256();
  private final String what;
  private final Digest expected;
  private long sizeBytes;
  private Digest digest;

  /** Only computes. */
  HashedInput(InputStream in) {
    this(in, "", null);
  }

  /** Also compares: the end of other content than {@code expected} is an exception. */
  HashedInput(InputStream in, String what, Digest expected) {
    super(in);
    this.what = what;
    this.expected = expected;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int n = in.read(into, offset, length);
    if (n > 0) {
      hash.update(into, offset, n);
      sizeBytes += n;
    } else if (n < 0 && digest == null) {
      digest = Digest.ofSha256(hash.digest());
      if (expected != null && !digest.equals(expected)) {
        throw new DigestMismatchException(what, expected, digest);
      }
    }
    return n;
  }

  @Override
  public long skip(long count) throws IOException {
    long left = count;
    byte[] buffer = new byte[(int) Math.min(8192, Math.max(count, 1))];
    while (left > 0) {
      int n = read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        break;
      }
      left -= n;
    }
    return count - left;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /** Reads to the end; the digest of everything. */
  Digest finish() throws IOException {
    byte[] buffer = new byte[1 << 16];
    while (digest == null) {
      read(buffer, 0, buffer.length);
    }
    return digest;
  }

  /** Bytes read so far. */
  long sizeBytes() {
    return sizeBytes;
  }
}
