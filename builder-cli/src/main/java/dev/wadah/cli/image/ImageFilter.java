package dev.wadah.cli.image;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.ImagesCommand.Row;
import dev.wadah.engine.Engine;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Which images a list shows: the name given as an argument, and docker's filters. */
final class ImageFilter {
  private final List<Predicate<Row>> conditions = new ArrayList<>();

  private ImageFilter() {}

  static ImageFilter parse(Arguments arguments, Engine engine)
      throws UsageException, CommandException, IOException {
    ImageFilter filter = new ImageFilter();
    for (String name : arguments.positional()) {
      filter.conditions.add(named(name));
    }
    for (String text : arguments.values("filter")) {
      int equals = text.indexOf('=');
      if (equals < 0) {
        throw ImagesCommand.badFilter(text);
      }
      filter.conditions.add(
          condition(text, text.substring(0, equals), text.substring(equals + 1), engine));
    }
    return filter;
  }

  boolean accepts(Row row) {
    return conditions.stream().allMatch(condition -> condition.test(row));
  }

  private static Predicate<Row> condition(String text, String key, String value, Engine engine)
      throws UsageException, CommandException, IOException {
    switch (key) {
      case "dangling" -> {
        boolean wanted = value.equals("true") || value.equals("1");
        return row -> row.named().name().isEmpty() == wanted;
      }
      case "label" -> {
        return label(value);
      }
      case "reference" -> {
        return reference(value);
      }
      case "before", "since" -> {
        Instant time =
            Lookup.image(engine, value, Platform.host()).config().created().orElse(Instant.EPOCH);
        return key.equals("before")
            ? row -> row.created().isBefore(time)
            : row -> row.created().isAfter(time);
      }
      default -> throw ImagesCommand.badFilter(text);
    }
  }

  private static Predicate<Row> label(String value) {
    int equals = value.indexOf('=');
    String name = equals < 0 ? value : value.substring(0, equals);
    return row -> {
      Map<String, String> labels = row.image().config().container().labels();
      return equals < 0
          ? labels.containsKey(name)
          : value.substring(equals + 1).equals(labels.get(name));
    };
  }

  private static Predicate<Row> named(String text) throws UsageException {
    if (text.indexOf('*') >= 0 || text.indexOf('?') >= 0) {
      return reference(text);
    }
    ImageReference wanted = Lookup.reference(text);
    boolean anyTag = !text.substring(text.lastIndexOf('/') + 1).contains(":");
    return row -> Lookup.matches(row.named(), wanted, anyTag);
  }

  /** A pattern fits the whole name as shown, or the name without its tag. */
  private static Predicate<Row> reference(String pattern) {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    return row ->
        row.named()
            .name()
            .map(
                name -> {
                  String familiar = name.familiar();
                  int colon = familiar.lastIndexOf(':');
                  return matcher.matches(Path.of(familiar))
                      || (colon > 0 && matcher.matches(Path.of(familiar.substring(0, colon))));
                })
            .orElse(false);
  }
}
