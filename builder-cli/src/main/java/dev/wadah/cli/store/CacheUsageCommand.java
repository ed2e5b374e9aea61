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
import dev.wadah.cli.image.GoSize;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** {@code wadah buildx du}: the entries of the build cache. */
public final class CacheUsageCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of("buildx du", "[FLAGS]", "List the build cache.")
        .flag("Show every entry in detail", "--verbose")
        .value("NAME", "Understood for buildx's sake", "--builder")
        .values(
            "FILTER",
            "Show what fits: until=24h, id=ID, type=TYPE, description~=REGEX, shared, private, inuse",
            "--filter");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Predicate<Entry> filter = PruneFilter.parse(arguments, PruneFilter.FOR_CACHE, Prune.now());
    Usage usage = Collector.open(session.root(), Prune.now()).usage();
    List<Entry> entries =
        usage.entries().stream()
            .filter(entry -> entry.kind().isCache())
            .filter(filter)
            .sorted(Comparator.comparing(Entry::used).reversed())
            .toList();
    PrintStream out = session.console().out();
    new CacheTable(out, Prune.now()).present(entries, arguments.has("verbose"));
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
    return ExitCode.OK;
  }
}
