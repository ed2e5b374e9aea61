package dev.wadah.image.archive;

import dev.wadah.content.ForwardInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The next bytes of a stream; complains when there are fewer. Closing it closes the stream. */
final class PartInputStream extends ForwardInputStream {
  private final String what;
  private long left;

  PartInputStream(InputStream in, long sizeBytes, String what) {
    super(in);
    this.left = sizeBytes;
    this.what = what;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int n = in.read(buffer, offset, (int) Math.min(length, left));
    if (n < 0) {
      throw new EOFException("%s ends %d bytes too early".formatted(what, left));
    }
    left -= n;
    return n;
  }

  @Override
  public int available() throws IOException {
    return (int) Math.min(in.available(), left);
  }
}
