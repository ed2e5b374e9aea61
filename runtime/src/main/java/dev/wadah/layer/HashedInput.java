package dev.wadah.layer;

import dev.wadah.content.DigestMismatchException;
import dev.wadah.content.ForwardInputStream;
import dev.wadah.oci.Digest;
import dev.wadah.posix.NativeSha256;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** Computes the SHA-256 of what is read through it. Not for use by several threads at once. */
final class HashedInput extends ForwardInputStream {
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
