package dev.wadah.cli.image;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Sizes as docker prints them: decimal units, three digits for images, four for the rest. */
public final class GoSize {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

  private GoSize() {}

  /** Such as {@code 4.26MB}, {@code 145kB}, {@code 0B}. */
  static String of(long bytes) {
    return of(bytes, 3);
  }

  /** With so many digits, three or four, such as {@code 1.369GB}. */
  public static String of(long bytes, int digits) {
    BigDecimal size = BigDecimal.valueOf(bytes);
    int unit = 0;
    BigDecimal thousand = BigDecimal.valueOf(1000);
    while (size.compareTo(thousand) >= 0 && unit < UNITS.length - 1) {
      size = size.divide(thousand);
      unit++;
    }
    BigDecimal rounded = size.round(new MathContext(digits, RoundingMode.HALF_EVEN));
    // Go's %.3g: a thousand needs four digits, and is then written with an exponent.
    if (digits == 3 && rounded.compareTo(thousand) >= 0) {
      return "1e+03" + UNITS[unit];
    }
    BigDecimal stripped = rounded.stripTrailingZeros();
    return (stripped.signum() == 0 ? "0" : stripped.toPlainString()) + UNITS[unit];
  }
}
