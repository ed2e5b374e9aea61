package dev.wadah.registry.serve;

import java.util.Optional;

/**
 * A range of bytes (RFC 9110 section 14.1.2).
 *
 * @param from the first
 * @param length 0 when it cannot be satisfied
 */
record ByteRange(long from, long length) {
  boolean isEmpty() {
    return length <= 0;
  }

  /** Empty for what is no single range; then all is sent. */
  static Optional<ByteRange> of(String text, long size) {
    int dash = text.indexOf('-');
    if (!text.startsWith("bytes=") || dash < 0 || text.indexOf(',') >= 0) {
      return Optional.empty();
    }
    String first = text.substring(6, dash).strip();
    String last = text.substring(dash + 1).strip();
    try {
      if (first.isEmpty()) {
        long length = Math.min(size, Long.parseLong(last));
        return Optional.of(new ByteRange(size - length, length));
      }
      long from = Long.parseLong(first);
      long to = last.isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(last));
      return Optional.of(new ByteRange(from, to - from + 1));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
