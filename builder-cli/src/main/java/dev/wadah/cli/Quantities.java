package dev.wadah.cli;

import java.math.BigDecimal;
import java.util.Locale;

/** Sizes and counts as docker's flags spell them. */
public final class Quantities {
  /** Up to so many digits, a number of the largest unit, 2^50 bytes, is less than 2^63. */
  private static final int WHOLE_DIGITS = 3;

  private Quantities() {}

  /**
   * A size in bytes: {@code 512}, {@code 64k}, {@code 1.5GiB}; units are powers of 1024, case does
   * not matter.
   *
   * @param flag for the message
   */
  public static long bytes(String flag, String text) throws UsageException {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    int digits = 0;
    while (digits < lower.length()
        && (Character.isDigit(lower.charAt(digits)) || lower.charAt(digits) == '.')) {
      digits++;
    }
    int shift =
        switch (lower.substring(digits).strip()) {
          case "", "b" -> 0;
          case "k", "kb", "kib" -> 10;
          case "m", "mb", "mib" -> 20;
          case "g", "gb", "gib" -> 30;
          case "t", "tb", "tib" -> 40;
          case "p", "pb", "pib" -> 50;
          default -> -1;
        };
    try {
      if (shift >= 0) {
        return scaled(lower.substring(0, digits), shift);
      }
    } catch (NumberFormatException e) {
      // The message below says it.
    }
    throw new UsageException(
        "invalid size \"%s\" for %s".formatted(text, flag), "", "a number and b, k, m or g: 512m");
  }

  /** Whole numbers go without BigDecimal, whose initialisation takes 12 ms of a command's start. */
  private static long scaled(String number, int shift) {
    if (number.indexOf('.') < 0 && number.length() <= WHOLE_DIGITS) {
      return Long.parseLong(number) << shift;
    }
    return new BigDecimal(number).multiply(BigDecimal.valueOf(1L << shift)).longValue();
  }

  /** A number of processors, such as {@code 1.5}; not negative. */
  public static double cpus(String flag, String text) throws UsageException {
    try {
      double value = Double.parseDouble(text);
      if (value >= 0 && value < 1e6) {
        return value;
      }
    } catch (NumberFormatException e) {
      // The message below says it.
    }
    throw new UsageException(
        "invalid number of processors \"%s\" for %s".formatted(text, flag), "", "such as 1.5");
  }

  /** A whole number, which may be negative. */
  public static long whole(String flag, String text) throws UsageException {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new UsageException(
          "invalid number \"%s\" for %s".formatted(text, flag), "it is a whole number", "");
    }
  }
}
