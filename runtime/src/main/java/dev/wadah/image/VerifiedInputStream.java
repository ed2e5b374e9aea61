package dev.wadah.image;

import dev.wadah.content.DigestMismatchException;
import dev.wadah.content.ForwardInputStream;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.posix.NativeSha256;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A blob's bytes, checked while they are read: one byte too many fails at once, a wrong digest or
 * an early end when the stream ends.
 */
public final class VerifiedInputStream extends ForwardInputStream {
  private final Descriptor blob;
  private final String what;
  private final MessageDigest hash;
  private long read;
  private boolean ended;

  /**
   * Checks {@code in} against {@code blob}.
   *
   * @param what what messages call the content
   */
  public VerifiedInputStream(InputStream in, Descriptor blob, String what) {
    super(in);
    this.blob = blob;
    this.what = what;
    this.hash = hasher(blob.digest());
  }

  private static MessageDigest hasher(Digest digest) {
    if (!digest.algorithm().equals("sha512")) {
      return new NativeSha256();
    }
    try {
      return MessageDigest.getInstance("SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM lacks a digest algorithm", e);
    }
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (ended) {
      return -1;
    }
    int n = in.read(buffer, offset, length);
    if (n < 0) {
      ended = true;
      check();
      return -1;
    }
    read += n;
    if (read > blob.sizeBytes()) {
      throw new IOException(
          "%s: %s should have %d bytes, but there are more"
              .formatted(what, blob.digest(), blob.sizeBytes()));
    }
    hash.update(buffer, offset, n);
    return n;
  }

  private void check() throws IOException {
    if (read < blob.sizeBytes()) {
      throw new EOFException(
          "%s: %s should have %d bytes, but ended after %d"
              .formatted(what, blob.digest(), blob.sizeBytes(), read));
    }
    StringBuilder hex = new StringBuilder();
    for (byte b : hash.digest()) {
      hex.append(Character.forDigit((b >> 4) & 15, 16)).append(Character.forDigit(b & 15, 16));
    }
    Digest actual = new Digest(blob.digest().algorithm(), hex.toString());
    if (!actual.equals(blob.digest())) {
      throw new DigestMismatchException(what, blob.digest(), actual);
    }
  }
}
