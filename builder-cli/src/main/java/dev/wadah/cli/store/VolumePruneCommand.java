package dev.wadah.cli.store;

import dev.wadah.build.gc.Collected;
import dev.wadah.build.gc.Entry;
import dev.wadah.build.gc.Entry.Kind;
import dev.wadah.build.gc.Limits;
import dev.wadah.build.gc.Wish;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import java.util.List;
import java.util.function.Predicate;

/** {@code wadah volume prune}. */
public final class VolumePruneCommand implements Command {
  @Override
  public CommandModel model() {
    return Prune.addTo(
        CommandModel.of("volume prune", "[FLAGS]", "Remove volumes that no container uses.")
            .flag("Remove named volumes, too", "-a", "--all")
            .values("FILTER", "Remove what fits: until=TIME", "--filter"));
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    boolean all = arguments.has("all");
    Predicate<Entry> filter = PruneFilter.parse(arguments, List.of("until"), Prune.now());
    Prune prune = new Prune(arguments, session);
    String which = all ? "all" : "anonymous";
    String warning =
        "This will remove %s local volumes not used by at least one container.\n".formatted(which);
    if (!prune.isWanted(warning)) {
      return ExitCode.OK;
    }
    Collected collected = prune.collect(List.of(new Wish(which(all).and(filter), Limits.NONE)));
    prune.listVolumes(collected);
    prune.total(collected);
    return ExitCode.OK;
  }

  /** All volumes, or those that nobody named. */
  static Predicate<Entry> which(boolean all) {
    return entry ->
        entry.kind() == Kind.ANONYMOUS_VOLUME || (all && entry.kind() == Kind.NAMED_VOLUME);
  }
}
