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

  /** Of 400 years. */
  private static final int CYCLE_DAYS = 146_097;

  private static final long DAY_SECONDS = 86_400;

  private Timestamps() {}

  /** Prints {@code time} as Go's {@code time.RFC3339Nano} does. */
  public static String format(Instant time) {
    // Years that begin in March, as below; 400 of them have as many days wherever they begin.
    long day = Math.floorDiv(time.getEpochSecond(), DAY_SECONDS) + DAYS_BEFORE_1970 - 1;
    int inCycle = (int) Math.floorMod(day, (long) CYCLE_DAYS);
    int leapDays = inCycle / 1460 - inCycle / 36_524 + inCycle / (CYCLE_DAYS - 1);
    int yearOfCycle = (inCycle - leapDays) / 365;
    int inYear = inCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100);
    int month = (5 * inYear + 2) / 153;
    long year = Math.floorDiv(day, (long) CYCLE_DAYS) * 400 + yearOfCycle + (month >= 10 ? 1 : 0);
    int second = (int) Math.floorMod(time.getEpochSecond(), DAY_SECONDS);
    StringBuilder text = new StringBuilder(30);
    digits(text.append(year < 0 ? "-" : ""), (int) Math.abs(year), 1000).append('-');
    digits(text, month < 10 ? month + 3 : month - 9, 10).append('-');
    digits(text, inYear - (153 * month + 2) / 5 + 1, 10).append('T');
    digits(text, second / 3600, 10).append(':');
    digits(text, second / 60 % 60, 10).append(':');
    digits(text, second % 60, 10);
    return fraction(text, time.getNano()).append('Z').toString();
  }

  /** Appends a number with as many digits as {@code unit} has, or more. */
  private static StringBuilder digits(StringBuilder text, int number, int unit) {
    for (int u = unit; u > number && u > 1; u /= 10) {
      text.append('0');
    }
    return text.append(number);
  }

  private static StringBuilder fraction(StringBuilder text, int nanos) {
    if (nanos > 0) {
      digits(text.append('.'), nanos, 100_000_000);
      int end = text.length();
      while (text.charAt(end - 1) == '0') {
        end--;
      }
      text.setLength(end);
    }
    return text;
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
    return Instant.ofEpochSecond(
        epochDay(day) * DAY_SECONDS + second - offsetSeconds(text, at), nanos);
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
