package dev.wadah.build.graph;

import java.time.Duration;
import java.util.List;

/**
 * Texts as Go's fmt package prints them, because BuildKit's history entries are made with it and
 * {@code docker history} of the same Dockerfile shall look the same.
 */
final class GoText {
  private GoText() {}

  /** {@code %q} of a list: quoted strings in brackets, blanks between. */
  static String quoted(List<String> strings) {
    StringBuilder out = new StringBuilder("[");
    for (int i = 0; i < strings.size(); i++) {
      quote(strings.get(i), out.append(i == 0 ? "" : " "));
    }
    return out.append(']').toString();
  }

  /** {@code %v} of a list: strings in brackets, blanks between. */
  static String plain(Iterable<String> strings) {
    return "[" + String.join(" ", strings) + "]";
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    text.codePoints().forEach(c -> quote(c, out));
    out.append('"');
  }

  private static void quote(int c, StringBuilder out) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\t' -> out.append("\\t");
      case '\r' -> out.append("\\r");
      case 7 -> out.append("\\a");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      case 11 -> out.append("\\v");
      default -> {
        if (c < ' ' || c == 127) {
          out.append("\\x%02x".formatted(c));
        } else {
          out.appendCodePoint(c);
        }
      }
    }
  }

  /** A duration as {@code 1h2m3.5s}, {@code 20ms}, {@code 0s}. */
  static String duration(Duration duration) {
    long nanos = duration.toNanos();
    if (nanos == 0) {
      return "0s";
    }
    if (nanos < 1_000) {
      return nanos + "ns";
    }
    if (nanos < 1_000_000) {
      return decimal(nanos, 1_000) + "µs";
    }
    if (nanos < 1_000_000_000) {
      return decimal(nanos, 1_000_000) + "ms";
    }
    long hours = duration.toHours();
    long minutes = duration.toMinutes() % 60;
    String seconds = decimal(nanos % 60_000_000_000L, 1_000_000_000) + "s";
    return (hours > 0 ? hours + "h" : "")
        + (hours > 0 || minutes > 0 ? minutes + "m" : "")
        + seconds;
  }

  private static String decimal(long value, long unit) {
    return java.math.BigDecimal.valueOf(value)
        .divide(java.math.BigDecimal.valueOf(unit))
        .stripTrailingZeros()
        .toPlainString();
  }
}
