package dev.wadah.cli.store;

import dev.wadah.build.gc.Collected;
import dev.wadah.build.gc.Entry;
import dev.wadah.build.gc.Entry.Trait;
import dev.wadah.build.gc.Limits;
import dev.wadah.build.gc.Wish;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.image.GoSize;
import java.util.List;
import java.util.function.Predicate;

/** {@code wadah builder prune}, {@code wadah buildx prune}. */
public final class BuilderPruneCommand implements Command {
  @Override
  public CommandModel model() {
    CommandModel model =
        CommandModel.of("builder prune", "[FLAGS]", "Remove build cache.")
            .flag("Remove what images share with it from the cache, too", "-a", "--all")
            .flag("Show every entry in detail", "--verbose")
            .value("NAME", "Understood for buildx's sake", "--builder")
            .values(
                "FILTER",
                "Remove what fits: until=24h, id=ID, type=TYPE, description~=REGEX, shared, private, inuse; != for what does not fit",
                "--filter");
    return LimitFlags.addTo(Prune.addTo(model));
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    boolean all = arguments.has("all");
    Predicate<Entry> filter = PruneFilter.parse(arguments, PruneFilter.FOR_CACHE, Prune.now());
    Limits limits =
        LimitFlags.given(arguments)
            ? LimitFlags.parse(arguments, session, Limits.NONE)
            : Limits.NONE;
    Prune prune = new Prune(arguments, session);
    String warning = "This will remove all %sbuild cache. ".formatted(all ? "" : "dangling ");
    if (!prune.isWanted(warning)) {
      return ExitCode.OK;
    }
    Collected collected = prune.collect(List.of(new Wish(which(all).and(filter), limits)));
    new CacheTable(session.console().out(), Prune.now())
        .removed(collected.removed(), arguments.has("verbose"));
    session.console().out().println("Total:\t" + GoSize.of(collected.freedBytes(), 4));
    return ExitCode.OK;
  }

  /** The cache, with or without what images share with it. */
  static Predicate<Entry> which(boolean all) {
    return entry -> entry.kind().isCache() && (all || !entry.is(Trait.SHARED));
  }
}
