package dev.wadah.cli.progress;

/** Durations as displays write them: a tenth of a second, digits independent of the locale. */
final class Seconds {
  private Seconds() {}

  /** Such as {@code 12.3}. */
  static String tenths(long nanos) {
    long tenths = (nanos + 50_000_000) / 100_000_000;
    return tenths / 10 + "." + tenths % 10;
  }

  /** Such as {@code 12.345}. */
  static String thousandths(long nanos) {
    long millis = nanos / 1_000_000;
    String rest = Long.toString(millis % 1000);
    return millis / 1000 + "." + "0".repeat(3 - rest.length()) + rest;
  }
}
