package dev.wadah.layer;

import dev.wadah.content.ByteSink;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Ways of bytes into a {@link ByteSink}. */
public final class Contents {
  private static final int BUFFER_BYTES = 1 << 16;

  private Contents() {}

  /**
   * Copies from a stream, which stays open.
   *
   * @param most bytes at most
   * @return bytes copied, fewer than {@code most} at the end only
   */
  public static long copy(InputStream in, long most, ByteSink sink) throws IOException {
    byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, most)];
    long left = most;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        break;
      }
      sink.put(buffer, 0, n);
      left -= n;
    }
    return most - left;
  }

  /**
   * Copies from an open file, which stays open, from where it stands.
   *
   * @param most bytes at most
   * @return bytes copied, fewer than {@code most} at the end only
   */
  public static long copy(int file, long most, ByteSink sink) throws IOException {
    Prefetch ahead = new Prefetch(file, most);
    long left = most;
    while (left > 0) {
      ahead.at(most - left);
      ByteBuffer space = sink.space();
      int wanted = (int) Math.min(space.remaining(), left);
      int n = Posix.read(file, space, space.position(), wanted);
      space.position(space.position() + n);
      left -= n;
      if (n < wanted) {
        break;
      }
    }
    return most - left;
  }
}
