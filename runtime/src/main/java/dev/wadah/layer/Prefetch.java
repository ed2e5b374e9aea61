package dev.wadah.layer;

import dev.wadah.posix.Posix;

/**
 * Has the kernel read a long file ahead of whoever reads it. Of a file that was read before, memory
 * may have lost a few pages here and there: each costs a wait of its own, tens of milliseconds on a
 * disk that is busy with writes, unless all are asked for long before (ADR 10). Not for use by
 * several threads at once.
 */
final class Prefetch {
  /** So much is asked for in one call, and shorter files are left to the kernel. */
  static final int STEP_BYTES = 8 << 20;

  /** So far ahead: as much as is hashed within 40 ms. */
  private static final int AHEAD_BYTES = 64 << 20;

  private final int file;
  private final long length;
  private long asked;

  /**
   * Of an open file, from where it stands.
   *
   * @param length bytes that will be read
   */
  Prefetch(int file, long length) {
    this.file = file;
    this.length = length;
  }

  /** Asks for what comes next; to be called before each read, when so many bytes were read. */
  void at(long read) {
    while (length > STEP_BYTES && asked < Math.min(length, read + AHEAD_BYTES)) {
      Posix.prefetch(file, asked - read, STEP_BYTES);
      asked += STEP_BYTES;
    }
  }
}
