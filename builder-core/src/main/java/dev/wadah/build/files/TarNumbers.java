package dev.wadah.build.files;

import java.io.IOException;
import java.math.BigDecimal;

/** Numbers in tar headers and PAX records. */
final class TarNumbers {
  private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000L);
  private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

  private TarNumbers() {}

  /** A number in octal digits, or in base 256 as GNU tar writes large ones. */
  static long number(byte[] block, int from, int length) throws IOException {
    if ((block[from] & 0x80) == 0) {
      return octal(block, from, length);
    }
    long value = (block[from] & 0x40) != 0 ? -1 : 0;
    value = value << 6 | (block[from] & 0x3f);
    for (int i = from + 1; i < from + length; i++) {
      if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
        throw new IOException("a number in a tar header is too large");
      }
      value = value << 8 | (block[i] & 0xff);
    }
    return value;
  }

  /** A number in octal digits between blanks; other characters end it. */
  static long octal(byte[] block, int from, int length) {
    long value = 0;
    int i = from;
    while (i < from + length && (block[i] == ' ' || block[i] == 0)) {
      i++;
    }
    for (; i < from + length && block[i] >= '0' && block[i] <= '7'; i++) {
      value = value << 3 | (block[i] - '0');
    }
    return value;
  }

  /** A whole decimal number. */
  static long decimal(String text) throws IOException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException("\"%s\" in a tar header is no number".formatted(text), e);
    }
  }

  /** A time in seconds with a fraction. */
  static long timeNanos(String text) throws IOException {
    try {
      // the length bound keeps hostile exponents and digits away
      if (text.length() > 64 || text.indexOf('e') >= 0 || text.indexOf('E') >= 0) {
        throw new NumberFormatException("too long");
      }
      BigDecimal nanos = new BigDecimal(text).multiply(NANOS);
      return nanos.abs().compareTo(MAX) > 0 ? 0 : nanos.longValue();
    } catch (NumberFormatException e) {
      throw new IOException("\"%s\" in a tar header is no time".formatted(text), e);
    }
  }
}
