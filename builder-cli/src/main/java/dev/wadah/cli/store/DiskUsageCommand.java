package dev.wadah.cli.store;

import dev.wadah.build.gc.Collector;
import dev.wadah.build.gc.Entry;
import dev.wadah.build.gc.Entry.Kind;
import dev.wadah.build.gc.Entry.Trait;
import dev.wadah.build.gc.Usage;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.image.Format;
import dev.wadah.cli.image.GoSize;
import dev.wadah.cli.image.GoTime;
import dev.wadah.cli.image.Table;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code wadah system df}. */
public final class DiskUsageCommand implements Command {
  private static final Map<String, String> HEADINGS =
      Map.of(
          "Type", "TYPE",
          "TotalCount", "TOTAL",
          "Active", "ACTIVE",
          "Size", "SIZE",
          "Reclaimable", "RECLAIMABLE");

  @Override
  public CommandModel model() {
    return CommandModel.of("system df", "[FLAGS]", "Show what takes how much space.")
        .flag("Show everything one by one", "-v", "--verbose")
        .value("FORMAT", "Go template, \"table TEMPLATE\", or json", "--format");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Usage usage = Collector.open(session.root(), Prune.now()).usage();
    PrintStream out = session.console().out();
    Optional<String> format = arguments.value("format").filter(f -> !f.equals("table"));
    if (arguments.has("verbose") && format.isEmpty()) {
      detail(usage, out);
      return ExitCode.OK;
    }
    List<Map<String, String>> views = new ArrayList<>();
    usage.lines().forEach(line -> views.add(view(line)));
    Format.print(
        format.orElse("table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}"),
        HEADINGS,
        views,
        out);
    return ExitCode.OK;
  }

  private static Map<String, String> view(Usage.Line line) {
    Map<String, String> view = new LinkedHashMap<>();
    view.put("Active", Integer.toString(line.active()));
    String share =
        line.bytes() > 0 && !line.type().equals("Build Cache")
            ? " (%d%%)".formatted(line.reclaimableBytes() * 100 / line.bytes())
            : "";
    view.put("Reclaimable", GoSize.of(line.reclaimableBytes(), 4) + share);
    view.put("Size", GoSize.of(line.bytes(), 4));
    view.put("TotalCount", Integer.toString(line.total()));
    view.put("Type", line.type());
    return view;
  }

  private static void detail(Usage usage, PrintStream out) {
    Instant now = Prune.now();
    images(usage, now, out);
    out.printf("%nContainers space usage:%n%n");
    new Table()
        .add("RUNNING", "SIZE")
        .add(
            Integer.toString(usage.lines().get(1).total()),
            GoSize.of(usage.lines().get(1).bytes(), 4))
        .print(out);
    out.printf("%nLocal Volumes space usage:%n%n");
    Table volumes = new Table().add("VOLUME NAME", "LINKS", "SIZE");
    for (Entry entry : of(usage, Kind.ANONYMOUS_VOLUME, Kind.NAMED_VOLUME)) {
      volumes.add(
          entry.description(), entry.is(Trait.IN_USE) ? "1" : "0", GoSize.of(entry.bytes(), 4));
    }
    volumes.print(out);
    cache(usage, now, out);
    out.printf("%nLogs and half-made things: %s%n", GoSize.of(usage.restBytes(), 4));
  }

  private static void images(Usage usage, Instant now, PrintStream out) {
    out.printf("Images space usage:%n%n");
    Table table =
        new Table()
            .add(
                "REPOSITORY",
                "TAG",
                "IMAGE ID",
                "CREATED",
                "SIZE",
                "SHARED SIZE",
                "UNIQUE SIZE",
                "CONTAINERS");
    for (Entry image : of(usage, Kind.NAMED_IMAGE, Kind.DANGLING_IMAGE)) {
      long shared = usage.sharedBytes(image);
      String names = image.description().isEmpty() ? "<none>:<none>" : image.description();
      for (String name : names.split(" ", -1)) {
        int colon = name.lastIndexOf(':');
        boolean tagged = colon > name.lastIndexOf('/');
        table.add(
            tagged ? name.substring(0, colon) : name,
            tagged ? name.substring(colon + 1) : "<none>",
            image.id().replace("sha256:", "").substring(0, 12),
            GoTime.ago(image.created(), now),
            GoSize.of(image.bytes(), 4),
            GoSize.of(shared, 4),
            GoSize.of(image.bytes() - shared, 4),
            image.is(Trait.IN_USE) ? "1" : "0");
      }
    }
    table.print(out);
  }

  private static void cache(Usage usage, Instant now, PrintStream out) {
    out.printf("%nBuild cache usage: %s%n%n", GoSize.of(usage.lines().get(3).bytes(), 4));
    Table table =
        new Table()
            .add("CACHE ID", "CACHE TYPE", "SIZE", "CREATED", "LAST USED", "SHARED", "DESCRIPTION");
    for (Entry entry : usage.entries()) {
      if (entry.kind().isCache()) {
        table.add(
            entry.id().substring(0, Math.min(12, entry.id().length())),
            entry.kind().toString(),
            GoSize.of(entry.bytes(), 4),
            GoTime.ago(entry.created(), now),
            GoTime.ago(entry.used(), now),
            Boolean.toString(entry.is(Trait.SHARED)),
            entry.description().substring(0, Math.min(60, entry.description().length())));
      }
    }
    table.print(out);
  }

  private static List<Entry> of(Usage usage, Kind one, Kind other) {
    return usage.entries().stream()
        .filter(entry -> entry.kind() == one || entry.kind() == other)
        .sorted(Comparator.comparing(Entry::created).reversed())
        .toList();
  }
}
