package dev.wadah.dockerfile.internal;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalLong;

/**
 * Reads durations as Go's {@code time.ParseDuration} does: {@code 1h30m}, {@code 1.5s}, {@code 0}.
 */
final class GoDuration {
  private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

  private GoDuration() {}

  /** The duration in nanoseconds; empty when {@code text} is none or too long. */
  static OptionalLong parse(String text) {
    int start = !text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
    if (text.length() == start) {
      return OptionalLong.empty();
    }
    if (text.substring(start).equals("0")) {
      return OptionalLong.of(0);
    }
    BigDecimal sum = BigDecimal.ZERO;
    int i = start;
    while (i < text.length()) {
      int numberEnd = end(text, i, true);
      int unitEnd = end(text, numberEnd, false);
      BigDecimal number = number(text.substring(i, numberEnd));
      long unit = nanos(text.substring(numberEnd, unitEnd));
      if (number == null || unit == 0) {
        return OptionalLong.empty();
      }
      sum = sum.add(number.multiply(BigDecimal.valueOf(unit)).setScale(0, RoundingMode.DOWN));
      i = unitEnd;
    }
    if (sum.compareTo(MAX) > 0) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(text.charAt(0) == '-' ? -sum.longValue() : sum.longValue());
  }

  private static int end(String text, int from, boolean numeric) {
    int i = from;
    while (i < text.length() && isNumeric(text.charAt(i)) == numeric) {
      i++;
    }
    return i;
  }

  private static boolean isNumeric(char c) {
    return c == '.' || (c >= '0' && c <= '9');
  }

  private static BigDecimal number(String digits) {
    int dot = digits.indexOf('.');
    boolean empty = digits.length() == (dot < 0 ? 0 : 1);
    if (empty || (dot >= 0 && digits.indexOf('.', dot + 1) >= 0)) {
      return null;
    }
    String padded = "0" + (digits.endsWith(".") ? digits + "0" : digits);
    return new BigDecimal(padded);
  }

  private static long nanos(String unit) {
    return switch (unit) {
      case "ns" -> 1;
      // Go knows the micro sign as well, but BuildKit reads flags byte by byte and so never sees
      // it.
      case "us" -> 1_000;
      case "ms" -> 1_000_000;
      case "s" -> 1_000_000_000L;
      case "m" -> 60_000_000_000L;
      case "h" -> 3_600_000_000_000L;
      default -> 0;
    };
  }
}
