package dev.wadah.content;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A stream that watches the bytes which pass through it: every byte goes through {@link
 * #read(byte[], int, int)}, also a single or a skipped one, and there is no way back.
 */
public abstract class ForwardInputStream extends FilterInputStream {
  private static final int SKIP_BYTES = 1 << 16;

  protected ForwardInputStream(InputStream in) {
    super(in);
  }

  @Override
  public abstract int read(byte[] buffer, int offset, int length) throws IOException;

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public final long skip(long n) throws IOException {
    byte[] skipped = new byte[(int) Math.min(Math.max(n, 0), SKIP_BYTES)];
    return Math.max(0, read(skipped, 0, skipped.length));
  }

  @Override
  public final boolean markSupported() {
    return false;
  }
}
