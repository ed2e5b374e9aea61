package dev.wadah.image.transfer;

import dev.wadah.content.ForwardInputStream;
import dev.wadah.oci.Descriptor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Checks that there are as many bytes as a blob should have: not one more, and not one less. */
final class SizedInputStream extends ForwardInputStream {
  private final Descriptor blob;
  private final String what;
  private long read;

  SizedInputStream(InputStream in, Descriptor blob, String what) {
    super(in);
    this.blob = blob;
    this.what = what;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int n = in.read(buffer, offset, length);
    if (n < 0 && read < blob.sizeBytes()) {
      throw new EOFException(
          "%s: %s should have %d bytes, but ended after %d"
              .formatted(what, blob.digest(), blob.sizeBytes(), read));
    }
    read += Math.max(0, n);
    if (read > blob.sizeBytes()) {
      throw new IOException(
          "%s: %s should have %d bytes, but there are more"
              .formatted(what, blob.digest(), blob.sizeBytes()));
    }
    return n;
  }
}
