package dev.wadah.cli.store;

import dev.wadah.build.gc.Collector;
import dev.wadah.build.gc.Entry;
import dev.wadah.build.gc.Entry.Trait;
import dev.wadah.build.gc.Usage;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Format;
import dev.wadah.cli.image.GoSize;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** {@code wadah buildx du}: the entries of the build cache. */
public final class CacheUsageCommand implements Command {
  private static final String PRETTY = "pretty";

  private static final Map<String, String> HEADINGS =
      Map.of(
          "CreatedAt", "CREATED AT",
          "Description", "DESCRIPTION",
          "ID", "ID",
          "LastUsedAt", "LAST ACCESSED",
          "Reclaimable", "RECLAIMABLE",
          "Shared", "SHARED",
          "Size", "SIZE",
          "Type", "TYPE");

  @Override
  public CommandModel model() {
    return CommandModel.of("buildx du", "[FLAGS]", "List the build cache.")
        .flag("Show every entry in detail", "--verbose")
        .value(
            "FORMAT",
            "Go template, \"table TEMPLATE\", json, or pretty: the same as --verbose",
            "--format")
        .value("NAME", "Understood for buildx's sake", "--builder")
        .values(
            "FILTER",
            "Show what fits: until=24h, id=ID, type=TYPE, description~=REGEX, shared, private, inuse",
            "--filter");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Optional<String> format =
        arguments.value("format").filter(f -> !f.isEmpty() && !f.equals("table"));
    if (format.isPresent() && arguments.has("verbose")) {
      throw new UsageException("--format and --verbose cannot be used together", "", "");
    }
    Predicate<Entry> filter = PruneFilter.parse(arguments, PruneFilter.FOR_CACHE, Prune.now());
    Usage usage = Collector.open(session.root(), Prune.now()).usage();
    List<Entry> entries =
        usage.entries().stream()
            .filter(entry -> entry.kind().isCache())
            .filter(filter)
            .sorted(Comparator.comparing(Entry::used).reversed())
            .toList();
    PrintStream out = session.console().out();
    CacheTable table = new CacheTable(out, Prune.now());
    if (format.isPresent() && !format.get().equals(PRETTY)) {
      Format.print(format.get(), HEADINGS, table.views(entries), out);
      return ExitCode.OK;
    }
    table.present(entries, arguments.has("verbose") || format.isPresent());
    total(entries, out);
    return ExitCode.OK;
  }

  private static void total(List<Entry> entries, PrintStream out) {
    long shared = 0;
    long all = 0;
    for (Entry entry : entries) {
      all += entry.bytes();
      shared += entry.is(Trait.SHARED) ? entry.bytes() : 0;
    }
    if (shared > 0) {
      out.printf("Shared:\t\t%s%n", GoSize.of(shared, 4));
      out.printf("Private:\t%s%n", GoSize.of(all - shared, 4));
    }
    out.printf("Reclaimable:\t%s%n", GoSize.of(all, 4));
    out.printf("Total:\t\t%s%n", GoSize.of(all, 4));
  }
}
