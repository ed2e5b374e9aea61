package dev.wadah.build.gc;

import dev.wadah.build.gc.Entry.Kind;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How much a store may keep, and how often that is looked after: the file {@code gc.conf} of the
 * store, one {@code key = value} a line; what it does not say is as in {@link #DEFAULTS}. See
 * docs/garbage-collection.md.
 */
public final class GcSettings {
  /** Name of the file in the store's folder. */
  public static final String FILE = "gc.conf";

  /** Every key with its default; in the manner of BuildKit's default policy. */
  public static final Map<String, String> DEFAULTS =
      Map.of(
          "every", "24h",
          "max-used", "80%, 100GB",
          "reserved", "10%, 10GB",
          "min-free", "20%",
          "keep-duration", "0",
          "easy-max-used", "512MB",
          "easy-keep-duration", "48h");

  /** What is made again with the least work: nothing is computed, only fetched or read. */
  private static final Set<Kind> EASY =
      Set.of(Kind.CACHE_MOUNT, Kind.CHECKOUT, Kind.DOWNLOAD, Kind.CONTEXT, Kind.COMPRESSED);

  /** Per cent. */
  private static final int WHOLE = 100;

  private final Map<String, String> values;
  private final DiskSpace disk;

  private GcSettings(Map<String, String> values, DiskSpace disk) {
    this.values = values;
    this.disk = disk;
  }

  /**
   * Reads the settings of a store.
   *
   * @throws IllegalArgumentException naming the file, the line and what is wrong with it
   */
  public static GcSettings read(Path root) throws IOException {
    Map<String, String> values = new HashMap<>(DEFAULTS);
    Path file = root.resolve(FILE);
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      lines = List.of();
    }
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        set(values, line, "%s:%d".formatted(file, i + 1));
      }
    }
    return new GcSettings(values, DiskSpace.of(root));
  }

  private static void set(Map<String, String> values, String line, String where) {
    int equals = line.indexOf('=');
    String key = line.substring(0, Math.max(equals, 0)).strip();
    if (!DEFAULTS.containsKey(key)) {
      throw new IllegalArgumentException(
          "%s: \"%s\" is no setting; settings are %s"
              .formatted(
                  where, line, String.join(", ", new java.util.TreeSet<>(DEFAULTS.keySet()))));
    }
    String value = line.substring(equals + 1).strip();
    try {
      if (key.equals("every") || key.endsWith("duration")) {
        duration(value);
      } else {
        bytes(value, new DiskSpace(0, 0));
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("%s: %s: %s".formatted(where, key, e.getMessage()), e);
    }
    values.put(key, value);
  }

  /** How often builds start a collection; negative for never. */
  public Duration every() {
    return duration(values.get("every"));
  }

  /** What a collection without further words is to do. */
  public List<Wish> wishes() {
    return wishes(limits());
  }

  /** As {@link #wishes()}, with other limits for everything together. */
  public List<Wish> wishes(Limits limits) {
    Limits easy =
        new Limits(duration(values.get("easy-keep-duration")), 0, bytes("easy-max-used"), 0);
    return List.of(
        new Wish(entry -> EASY.contains(entry.kind()), easy),
        new Wish(
            entry ->
                entry.kind() == Kind.DANGLING_IMAGE
                    || (entry.kind().isCache() && !entry.is(Entry.Trait.SHARED)),
            limits),
        new Wish(entry -> entry.kind() == Kind.DANGLING_IMAGE || entry.kind().isCache(), limits));
  }

  /** The limits for everything together. */
  public Limits limits() {
    Limits limits =
        new Limits(
            duration(values.get("keep-duration")),
            bytes("reserved"),
            bytes("max-used"),
            bytes("min-free"));
    boolean isDefault = values.get("reserved").equals(DEFAULTS.get("reserved"));
    return isDefault ? limits.withReservedBelowMaxUsed() : limits;
  }

  private long bytes(String key) {
    return bytes(values.get(key), disk);
  }

  /**
   * A size: {@code 512MB}, {@code 1.5GiB}, {@code 10%} of the disk, or several with commas between,
   * of which the least counts.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static long bytes(String text, DiskSpace disk) {
    long least = Long.MAX_VALUE;
    for (String part : text.split(",", -1)) {
      least = Math.min(least, part(part.strip().toLowerCase(Locale.ROOT), text, disk));
    }
    return least;
  }

  private static long part(String part, String text, DiskSpace disk) {
    int digits = 0;
    while (digits < part.length() && "0123456789.".indexOf(part.charAt(digits)) >= 0) {
      digits++;
    }
    long unit =
        switch (part.substring(digits).strip()) {
          case "", "b" -> 1;
          case "k", "kb" -> 1_000L;
          case "m", "mb" -> 1_000_000L;
          case "g", "gb" -> 1_000_000_000L;
          case "t", "tb" -> 1_000_000_000_000L;
          case "kib" -> 1L << 10;
          case "mib" -> 1L << 20;
          case "gib" -> 1L << 30;
          case "tib" -> 1L << 40;
          case "%" -> -1;
          default -> 0;
        };
    try {
      BigDecimal number = new BigDecimal(part.substring(0, digits));
      if (unit > 0) {
        return atMostLong(number.multiply(BigDecimal.valueOf(unit)));
      }
      if (unit < 0) {
        return share(number, text, disk);
      }
    } catch (NumberFormatException e) {
      // The message below says it.
    }
    throw new IllegalArgumentException(
        "\"%s\" is no size: write a number with a unit or a percentage, such as 20GB or 10%%"
            .formatted(text));
  }

  private static long share(BigDecimal percent, String text, DiskSpace disk) {
    if (percent.compareTo(BigDecimal.valueOf(WHOLE)) > 0) {
      // A slip such as 200% for 20% would have everything removed to make so much free.
      throw new IllegalArgumentException(
          "\"%s\" is more than the disk has: write 100%% at most".formatted(text));
    }
    return percent.multiply(BigDecimal.valueOf(disk.totalBytes())).longValue() / WHOLE;
  }

  /**
   * A time span as Go writes it, {@code 1h30m}, {@code 90s}, with {@code d} for days besides;
   * {@code off} is negative.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Duration duration(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    if (lower.equals("off") || lower.equals("never")) {
      return Duration.ofSeconds(-1);
    }
    if (lower.equals("0")) {
      return Duration.ZERO;
    }
    BigDecimal millis = BigDecimal.ZERO;
    int at = 0;
    while (at < lower.length()) {
      int number = at;
      while (at < lower.length() && "0123456789.".indexOf(lower.charAt(at)) >= 0) {
        at++;
      }
      int unit = at;
      while (at < lower.length() && Character.isLetter(lower.charAt(at))) {
        at++;
      }
      long factor = factor(lower.substring(unit, at));
      if (factor == 0 || unit == number || at == unit) {
        throw noDuration(text);
      }
      try {
        millis =
            millis.add(
                new BigDecimal(lower.substring(number, unit)).multiply(BigDecimal.valueOf(factor)));
      } catch (NumberFormatException e) {
        throw noDuration(text);
      }
    }
    if (at == 0) {
      throw noDuration(text);
    }
    return Duration.ofMillis(atMostLong(millis));
  }

  /** What is more than can be counted is not to become little, or less than nothing. */
  private static long atMostLong(BigDecimal number) {
    return number.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue();
  }

  private static long factor(String unit) {
    return switch (unit) {
      case "ms" -> 1;
      case "s" -> 1_000;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      case "d" -> 86_400_000;
      case "w" -> 7 * 86_400_000L;
      default -> 0;
    };
  }

  private static IllegalArgumentException noDuration(String text) {
    return new IllegalArgumentException(
        "\"%s\" is no time span: write such as 24h, 90m or 7d".formatted(text));
  }
}
