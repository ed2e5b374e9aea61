package dev.wadah.container;

import java.util.List;

/**
 * A resource limit as {@code docker run --ulimit} takes it: {@code nofile=1024:2048}, {@code
 * nproc=100}, {@code core=-1} for none.
 *
 * @param resource number of the kernel (asm-generic/resource.h)
 * @param soft unsigned, in the resource's unit
 * @param hard unsigned, in the resource's unit
 */
record Ulimit(int resource, String soft, String hard) {
  /** By number; as in asm-generic/resource.h, which amd64 and arm64 share. */
  private static final List<String> NAMES =
      List.of(
          "cpu",
          "fsize",
          "data",
          "stack",
          "core",
          "rss",
          "nproc",
          "nofile",
          "memlock",
          "as",
          "locks",
          "sigpending",
          "msgqueue",
          "nice",
          "rtprio",
          "rttime");

  /**
   * Reads the form {@code NAME=SOFT[:HARD]}.
   *
   * @throws IllegalArgumentException if it is malformed, or the soft limit is above the hard one
   */
  static Ulimit parse(String text) {
    int equals = text.indexOf('=');
    int resource = equals < 0 ? -1 : NAMES.indexOf(text.substring(0, equals));
    if (resource < 0) {
      throw new IllegalArgumentException(
          "\"%s\" is no ulimit; write NAME=SOFT[:HARD] with one of the names %s"
              .formatted(text, String.join(" ", NAMES)));
    }
    String[] values = text.substring(equals + 1).split(":", -1);
    String soft = limit(values[0], text);
    String hard = values.length > 1 ? limit(values[1], text) : soft;
    if (values.length > 2 || Long.compareUnsigned(unsigned(soft), unsigned(hard)) > 0) {
      throw new IllegalArgumentException(
          "\"%s\": the soft limit must not be above the hard one".formatted(text));
    }
    return new Ulimit(resource, soft, hard);
  }

  /** The name of a resource as {@code --ulimit} has it. */
  static String name(int resource) {
    return NAMES.get(resource);
  }

  private static String limit(String value, String text) {
    try {
      long number = Long.parseLong(value);
      if (number >= -1) {
        // RLIM_INFINITY is the largest unsigned number.
        return Long.toUnsignedString(number);
      }
    } catch (NumberFormatException e) {
      // Falls through to the one message for all malformed numbers.
    }
    throw new IllegalArgumentException(
        "\"%s\": \"%s\" is no limit; write a number, or -1 for none".formatted(text, value));
  }

  private static long unsigned(String value) {
    return Long.parseUnsignedLong(value);
  }
}
