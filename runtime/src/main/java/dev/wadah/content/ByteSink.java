package dev.wadah.content;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes bytes in a row, where possible straight from the kernel. Not for several threads. */
public interface ByteSink {
  /**
   * Room for the next bytes: whoever fills it moves its position and asks again for more.
   *
   * @return a direct buffer with at least one byte remaining, good until the next call
   * @throws java.io.InterruptedIOException if the thread is interrupted; its flag is set again
   */
  ByteBuffer space() throws IOException;

  /** Takes bytes of an array. */
  default void put(byte[] bytes, int offset, int length) throws IOException {
    int at = offset;
    int left = length;
    while (left > 0) {
      ByteBuffer space = space();
      int n = Math.min(left, space.remaining());
      space.put(bytes, at, n);
      at += n;
      left -= n;
    }
  }
}
