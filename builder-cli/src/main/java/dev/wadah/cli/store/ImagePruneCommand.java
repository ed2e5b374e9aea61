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
import java.util.List;
import java.util.function.Predicate;

/** {@code wadah image prune}. */
public final class ImagePruneCommand implements Command {
  @Override
  public CommandModel model() {
    return Prune.addTo(
        CommandModel.of("image prune", "[FLAGS]", "Remove images that are not used.")
            .flag(
                "Remove all images that no container uses, not just those without a name",
                "-a",
                "--all")
            .values(
                "FILTER",
                "Remove what fits: until=TIME, label=NAME[=VALUE], label!=...",
                "--filter"));
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    boolean all = arguments.has("all");
    Predicate<Entry> filter = PruneFilter.parse(arguments, PruneFilter.FOR_OBJECTS, Prune.now());
    Prune prune = new Prune(arguments, session);
    String warning =
        all
            ? "This will remove all images without at least one container associated to them.\n"
            : "This will remove all dangling images.\n";
    if (!prune.isWanted(warning)) {
      return ExitCode.OK;
    }
    Collected collected = prune.collect(List.of(new Wish(which(all).and(filter), Limits.NONE)));
    prune.listImages(collected);
    prune.total(collected);
    return ExitCode.OK;
  }

  /** All images, or those without a name. */
  static Predicate<Entry> which(boolean all) {
    return all ? entry -> entry.kind().isImage() : PruneFilter::isDangling;
  }
}
