package dev.wadah.cli.store;

import dev.wadah.build.gc.Collector;
import dev.wadah.build.gc.Usage;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.image.Format;
import dev.wadah.cli.image.GoSize;
import java.io.PrintStream;
import java.util.ArrayList;
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
    Optional<String> format =
        arguments.value("format").filter(f -> !f.isEmpty() && !f.equals("table"));
    if (arguments.has("verbose")) {
      DiskUsageDetail detail = new DiskUsageDetail(usage, Prune.now());
      if (format.isEmpty()) {
        detail.print(out);
      } else {
        // One value, in which the lists are; in docker, too, a table of it has neither rows nor a
        // head.
        Format.print(
            format.get().replaceFirst("^table ", ""), Map.of(), List.of(detail.view()), out);
      }
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
}
