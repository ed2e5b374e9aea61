package dev.wadah.posix;

/**
 * Sums of bytes in C. A JVM that has just started would interpret thousands of bytecodes for the
 * check sum of each header of an archive.
 */
public final class ByteSums {
  static {
    Natives.load();
  }

  private ByteSums() {}

  /**
   * Adds unsigned bytes.
   *
   * @throws ArrayIndexOutOfBoundsException if they are not all in the array
   */
  public static native int sum(byte[] bytes, int offset, int length);
}
