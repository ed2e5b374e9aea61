package dev.wadah.layer;

import dev.wadah.content.ForwardInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** Reads a stream and tells of it, when it takes longer than a second. */
public final class ToldInput extends ForwardInputStream {
  private final Pace pace;
  private long bytes;

  /** A stream in front of another; {@code listener} hears how many bytes were read. */
  public ToldInput(InputStream in, LongConsumer listener) {
    super(in);
    this.pace = new Pace(listener);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int n = in.read(into, offset, length);
    bytes += Math.max(n, 0);
    pace.at(bytes);
    return n;
  }
}
