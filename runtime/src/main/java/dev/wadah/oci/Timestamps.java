package dev.wadah.oci;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;

/**
 * RFC 3339 times as Go writes them: fraction without trailing zeros, {@code Z} for UTC.
 *
 * <p>Written by hand since {@code DateTimeFormatter} costs a short command about 20 ms of class
 * loading, and prints three, six or nine digits where Go prints as many as are needed.
 */
public final class Timestamps {
  /** From the first of March of the year 0 on, which is day 1 of the count. */
  private static final int DAYS_BEFORE_1970 = 719_469;

  private Timestamps() {}

  /** Prints {@code time} as Go's {@code time.RFC3339Nano} does. */
  public static String format(Instant time) {
    String text = time.toString();
    if (text.indexOf('.') < 0) {
      return text;
    }
    int end = text.length() - 1;
    while (text.charAt(end - 1) == '0') {
      end--;
    }
    return text.substring(0, end) + "Z";
  }

  /**
   * Parses an RFC 3339 time with any offset.
   *
   * @throws IllegalArgumentException naming the text
   */
  public static Instant parse(String text) {
    try {
      return parseParts(text);
    } catch (DateTimeException | IndexOutOfBoundsException | NumberFormatException e) {
      throw new IllegalArgumentException("\"%s\" is no RFC 3339 time".formatted(text), e);
    }
  }

  private static Instant parseParts(String text) {
    LocalDate day = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
    long second = number(text, 11, 13) * 3600L + number(text, 14, 16) * 60L + number(text, 17, 19);
    int at = 19;
    int nanos = 0;
    if (text.charAt(at) == '.') {
      int unit = 100_000_000;
      for (at++; Character.isDigit(text.charAt(at)); at++) {
        nanos += unit * (text.charAt(at) - '0');
        unit /= 10;
      }
    }
    return Instant.ofEpochSecond(epochDay(day) * 86_400L + second - offsetSeconds(text, at), nanos);
  }

  /**
   * Days since 1970. The count of {@link LocalDate} itself asks the calendar for leap years, whose
   * class loads the formatter: 10 ms of a short command.
   */
  private static int epochDay(LocalDate day) {
    // Years that begin in March have their leap day last, where it moves no other day.
    int month = (day.getMonthValue() + 9) % 12;
    int year = day.getYear() - (month >= 10 ? 1 : 0);
    int leapDays = Math.floorDiv(year, 4) - Math.floorDiv(year, 100) + Math.floorDiv(year, 400);
    return 365 * year + leapDays + (153 * month + 2) / 5 + day.getDayOfMonth() - DAYS_BEFORE_1970;
  }

  private static int offsetSeconds(String text, int at) {
    char sign = text.charAt(at);
    if (sign == 'Z' || sign == 'z') {
      return 0;
    }
    if (sign != '+' && sign != '-') {
      throw new NumberFormatException("no offset");
    }
    int seconds = number(text, at + 1, at + 3) * 3600 + number(text, at + 4, at + 6) * 60;
    return sign == '-' ? -seconds : seconds;
  }

  private static int number(String text, int from, int to) {
    return Integer.parseUnsignedInt(text, from, to, 10);
  }
}
