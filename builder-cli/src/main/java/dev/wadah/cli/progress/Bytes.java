package dev.wadah.cli.progress;

/** Byte counts as displays write them: decimal units, two digits behind the point. */
public final class Bytes {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

  private Bytes() {}

  /** Such as {@code 12.34MB}; digits are cut off, not rounded. */
  public static String text(long bytes) {
    if (bytes < 1000) {
      return bytes + "B";
    }
    long size = 1000;
    int unit = 1;
    while (unit < UNITS.length - 1 && bytes / 1000 >= size) {
      size *= 1000;
      unit++;
    }
    long hundredths = bytes / (size / 100);
    String rest = Long.toString(hundredths % 100);
    return hundredths / 100 + "." + (rest.length() < 2 ? "0" : "") + rest + UNITS[unit];
  }
}
