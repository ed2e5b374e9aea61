package dev.wadah.cli.store;

import dev.wadah.build.gc.Entry;
import dev.wadah.build.gc.Entry.Kind;
import dev.wadah.build.gc.Entry.Trait;
import dev.wadah.build.gc.GcSettings;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.UsageException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/** {@code --filter} of the prune commands: all of them must fit, as with docker. */
final class PruneFilter {
  /** Keys for images, containers and volumes. */
  static final List<String> FOR_OBJECTS = List.of("until", "label", "label!");

  /** Keys for the build cache; BuildKit's, as far as there is such a thing here. */
  static final List<String> FOR_CACHE =
      List.of("until", "unused-for", "id", "type", "description", "shared", "private", "inuse");

  private static final String LIKE = "~=";

  /** Behind a time; the minus of a date has no two digits and end behind it. */
  private static final Pattern ZONE = Pattern.compile("T.*(Z|[+-][0-9]{2}:?[0-9]{2})$");

  private PruneFilter() {}

  /**
   * The condition that all {@code --filter} flags make together.
   *
   * @param known the keys that may be used
   * @throws UsageException if one is none of them, or its value is none for it
   */
  static Predicate<Entry> parse(Arguments arguments, List<String> known, Instant now)
      throws UsageException {
    // A comma that is part of a value, as in description~=a{1,2}, has no filter behind it.
    String keys = known.stream().map(Pattern::quote).collect(Collectors.joining("|"));
    Pattern comma = Pattern.compile(",(?=(" + keys + ")([=!~,]|$))");
    List<Predicate<Entry>> conditions = new ArrayList<>();
    for (String flag : arguments.values("filter")) {
      for (String text : comma.split(flag, -1)) {
        conditions.add(condition(text, known, now));
      }
    }
    return entry -> conditions.stream().allMatch(condition -> condition.test(entry));
  }

  private static Predicate<Entry> condition(String text, List<String> known, Instant now)
      throws UsageException {
    int like = text.indexOf(LIKE);
    int equals = text.indexOf('=');
    boolean negative = equals > 0 && text.charAt(equals - 1) == '!';
    boolean pattern = like >= 0 && like == equals - 1;
    int end = equals < 0 ? text.length() : negative || pattern ? equals - 1 : equals;
    String key = text.substring(0, end);
    String value = equals < 0 ? "" : text.substring(equals + 1);
    // BuildKit writes == as well.
    value = value.startsWith("=") ? value.substring(1) : value;
    if (!known.contains(key)) {
      throw new UsageException(
          "invalid filter \"%s\"".formatted(text),
          "filters are " + String.join(", ", known.stream().filter(k -> !k.contains("!")).toList()),
          "");
    }
    Predicate<Entry> condition =
        pattern ? matching(key, value, text) : equal(key, value, text, equals >= 0, now);
    return negative ? condition.negate() : condition;
  }

  private static Predicate<Entry> equal(
      String key, String value, String text, boolean hasValue, Instant now) throws UsageException {
    return switch (key) {
      case "until" -> until(value, text, now);
      case "unused-for" -> {
        Instant limit = now.minus(duration(value, text));
        yield entry -> !entry.used().isAfter(limit);
      }
      case "label", "label!" -> label(value, text);
      case "id" -> entry -> entry.id().startsWith(value) && !value.isEmpty();
      case "type" -> entry -> entry.kind().toString().equals(value);
      case "description" -> entry -> entry.description().equals(value);
      case "shared" -> having(Trait.SHARED, isTrue(value, text, hasValue));
      case "private" -> having(Trait.SHARED, !isTrue(value, text, hasValue));
      default -> having(Trait.IN_USE, isTrue(value, text, hasValue));
    };
  }

  private static Predicate<Entry> having(Trait trait, boolean wanted) {
    return entry -> entry.is(trait) == wanted;
  }

  private static boolean isTrue(String value, String text, boolean hasValue) throws UsageException {
    boolean isTrue = !hasValue || value.equals("true") || value.equals("1");
    if (!isTrue && !value.equals("false") && !value.equals("0")) {
      throw new UsageException(
          "invalid filter \"%s\"".formatted(text),
          "\"%s\" is not true or false".formatted(value),
          "");
    }
    return isTrue;
  }

  /** Of a time span or a point in time: images by when they were made, the cache by last use. */
  private static Predicate<Entry> until(String value, String text, Instant now)
      throws UsageException {
    Instant limit = instant(value);
    if (limit == null) {
      limit = now.minus(duration(value, text));
    }
    Instant before = limit;
    return entry -> {
      Instant time = entry.kind().isImage() ? entry.created() : entry.used();
      return !time.isAfter(before);
    };
  }

  private static Instant instant(String value) {
    try {
      // To docker, too, a single zero is a time span: now.
      if (value.length() > 1 && value.chars().allMatch(Character::isDigit)) {
        return Instant.ofEpochSecond(Long.parseLong(value));
      }
      if (value.length() == 10) {
        return LocalDate.parse(value).atStartOfDay(ZoneId.systemDefault()).toInstant();
      }
      return ZONE.matcher(value).find()
          ? OffsetDateTime.parse(value).toInstant()
          : LocalDateTime.parse(value).atZone(ZoneId.systemDefault()).toInstant();
    } catch (DateTimeException | NumberFormatException e) {
      return null; // a time span, perhaps
    }
  }

  private static java.time.Duration duration(String value, String text) throws UsageException {
    try {
      java.time.Duration duration = GcSettings.duration(value);
      if (duration.isNegative()) {
        // "never" means that in settings; what was not used for so long would be everything.
        throw new IllegalArgumentException("\"%s\" is no time span".formatted(value));
      }
      return duration;
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "invalid filter \"%s\"".formatted(text),
          e.getMessage(),
          "--filter until=24h, or a time such as 2026-01-31T12:00:00");
    }
  }

  private static Predicate<Entry> label(String value, String text) throws UsageException {
    int equals = value.indexOf('=');
    String name = equals < 0 ? value : value.substring(0, equals);
    if (name.isEmpty()) {
      throw new UsageException(
          "invalid filter \"%s\"".formatted(text),
          "it names no label",
          "label=NAME or label=NAME=VALUE");
    }
    return entry ->
        equals < 0
            ? entry.labels().containsKey(name)
            : value.substring(equals + 1).equals(entry.labels().get(name));
  }

  private static Predicate<Entry> matching(String key, String value, String text)
      throws UsageException {
    Pattern pattern;
    try {
      pattern = Pattern.compile(value);
    } catch (PatternSyntaxException e) {
      throw new UsageException(
          "invalid filter \"%s\"".formatted(text), e.getDescription(), "KEY~=REGULAR-EXPRESSION");
    }
    return switch (key) {
      case "id" -> entry -> pattern.matcher(entry.id()).find();
      case "type" -> entry -> pattern.matcher(entry.kind().toString()).find();
      case "description" -> entry -> pattern.matcher(entry.description()).find();
      default ->
          throw new UsageException(
              "invalid filter \"%s\"".formatted(text), "~= goes with id, type and description", "");
    };
  }

  /** Anything but images that have names. */
  static boolean isDangling(Entry entry) {
    return entry.kind() == Kind.DANGLING_IMAGE;
  }
}
