package dev.wadah.cli.store;

import dev.wadah.build.gc.Collected;
import dev.wadah.build.gc.Entry;
import dev.wadah.build.gc.Limits;
import dev.wadah.build.gc.Wish;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** {@code wadah system prune}. */
public final class SystemPruneCommand implements Command {
  @Override
  public CommandModel model() {
    return Prune.addTo(
        CommandModel.of("system prune", "[FLAGS]", "Remove what is not used.")
            .flag(
                "Remove all images that no container uses, not just those without a name",
                "-a",
                "--all")
            .flag("Remove anonymous volumes, too", "--volumes")
            .values(
                "FILTER",
                "Remove what fits: until=TIME, label=NAME[=VALUE], label!=...",
                "--filter"));
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    boolean all = arguments.has("all");
    boolean volumes = arguments.has("volumes");
    List<String> filters = arguments.values("filter");
    if (volumes && filters.stream().anyMatch(f -> f.startsWith("until"))) {
      throw new UsageException("the filter \"until\" does not go with --volumes", "", "");
    }
    Predicate<Entry> filter = PruneFilter.parse(arguments, PruneFilter.FOR_OBJECTS, Prune.now());
    Prune prune = new Prune(arguments, session);
    if (!prune.isWanted(warning(all, volumes))) {
      return ExitCode.OK;
    }
    List<Wish> wishes = new ArrayList<>();
    wishes.add(new Wish(ImagePruneCommand.which(all).and(filter), Limits.NONE));
    if (volumes) {
      wishes.add(new Wish(VolumePruneCommand.which(false).and(filter), Limits.NONE));
    }
    // Nothing of the cache has labels: whoever asks for some does not mean it.
    boolean byLabel = filters.stream().anyMatch(f -> f.startsWith("label"));
    if (!byLabel) {
      wishes.add(new Wish(BuilderPruneCommand.which(all).and(filter), Limits.NONE));
    }
    Collected collected = prune.collect(wishes);
    prune.listVolumes(collected);
    prune.listImages(collected);
    prune.listCache(collected);
    prune.total(collected);
    return ExitCode.OK;
  }

  private static String warning(boolean all, boolean volumes) {
    StringBuilder text = new StringBuilder("This will remove:\n  - all stopped containers\n");
    if (volumes) {
      text.append("  - all anonymous volumes not used by at least one container\n");
    }
    text.append(
        all
            ? "  - all images without at least one container associated to them\n"
            : "  - all dangling images\n");
    text.append(all ? "  - all build cache\n" : "  - unused build cache\n");
    return text.append('\n').toString();
  }
}
