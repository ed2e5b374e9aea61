package dev.wadah.cli.image;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageStore.Named;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code wadah images}. */
public final class ImagesCommand implements Command {
  private static final Map<String, String> HEADINGS =
      Map.of(
          "Repository", "REPOSITORY",
          "Tag", "TAG",
          "Digest", "DIGEST",
          "ID", "IMAGE ID",
          "CreatedSince", "CREATED",
          "CreatedAt", "CREATED AT",
          "Size", "SIZE");

  @Override
  public CommandModel model() {
    return CommandModel.of("images", "[FLAGS] [REPOSITORY[:TAG]]", "List images.")
        .flag("Show images without a name, too (they are never hidden)", "-a", "--all")
        .flag("Show digests", "--digests")
        .flag("Do not shorten ids", "--no-trunc")
        .flag("Show ids only", "-q", "--quiet")
        .values(
            "FILTER",
            "Show what fits: dangling=true, label=NAME[=VALUE], reference=PATTERN, before=IMAGE, since=IMAGE",
            "-f",
            "--filter")
        .value("FORMAT", "Go template, \"table TEMPLATE\", or json", "--format")
        .arguments("REPOSITORY[:TAG]", "0..1", "Show this one only");
  }

  /** A line of the list. */
  record Row(Named named, Image image) {
    Instant created() {
      return image.config().created().orElse(Instant.EPOCH);
    }

    boolean isByDigest() {
      return named.name().flatMap(ImageReference::digest).isPresent();
    }

    /** Repository and image. */
    String place() {
      return named.name().map(ImageReference::repository).orElse("") + " " + image.id();
    }
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Engine engine = session.engine();
    ImageFilter filter = ImageFilter.parse(arguments, engine);
    List<Row> rows = new ArrayList<>();
    for (Named named : engine.images().list()) {
      Optional<Row> row = row(engine, named);
      if (row.isPresent() && filter.accepts(row.get())) {
        rows.add(row.get());
      }
    }
    rows.sort(Comparator.comparing(Row::created).reversed());
    print(withoutDigestsOfTagged(rows), arguments, session.console().out());
    return ExitCode.OK;
  }

  /**
   * As docker, a name by digest has a line, without a tag, only when its repository has no tag for
   * the image.
   */
  private static List<Row> withoutDigestsOfTagged(List<Row> rows) {
    Set<String> shown = new HashSet<>();
    for (Row row : rows) {
      if (!row.isByDigest()) {
        shown.add(row.place());
      }
    }
    List<Row> kept = new ArrayList<>();
    for (Row row : rows) {
      if (!row.isByDigest() || shown.add(row.place())) {
        kept.add(row);
      }
    }
    return kept;
  }

  private static Optional<Row> row(Engine engine, Named named) throws IOException {
    return engine
        .images()
        .read(named.target(), Platform.host())
        .map(image -> new Row(named, image));
  }

  private static void print(List<Row> rows, Arguments arguments, PrintStream out) throws Exception {
    boolean whole = arguments.has("no-trunc");
    if (arguments.has("quiet")) {
      Set<String> ids = new LinkedHashSet<>();
      rows.forEach(row -> ids.add(id(row, whole)));
      ids.forEach(out::println);
      return;
    }
    List<Map<String, String>> views = rows.stream().map(row -> view(row, whole)).toList();
    Optional<String> format = arguments.value("format").filter(f -> !f.equals("table"));
    String text =
        format.orElse(
            arguments.has("digests")
                ? "table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}"
                : "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}");
    Format.print(text, HEADINGS, views, out);
  }

  private static String id(Row row, boolean whole) {
    return whole ? row.image().id().toString() : row.image().id().abbreviated();
  }

  private static Map<String, String> view(Row row, boolean whole) {
    Map<String, String> view = new LinkedHashMap<>();
    view.put("Containers", "N/A");
    view.put("CreatedAt", GoTime.plain(row.created()));
    view.put("CreatedSince", GoTime.ago(row.created(), Instant.now()));
    view.put("Digest", row.named().target().digest().toString());
    view.put("ID", id(row, whole));
    view.put(
        "Repository", row.named().name().map(ImageReference::familiarRepository).orElse("<none>"));
    view.put("SharedSize", "N/A");
    view.put("Size", GoSize.of(ImageView.sizeBytes(row.image())));
    Optional<String> tag = row.named().name().flatMap(ImageReference::tag);
    view.put("Tag", row.isByDigest() ? "<none>" : tag.orElse("<none>"));
    view.put("UniqueSize", "N/A");
    return view;
  }

  /** Refuses what nobody would mean. */
  static UsageException badFilter(String filter) {
    return new UsageException(
        "invalid filter \"%s\"".formatted(filter),
        "filters are dangling=BOOL, label=NAME[=VALUE], reference=PATTERN, before=IMAGE, since=IMAGE",
        "");
  }
}
