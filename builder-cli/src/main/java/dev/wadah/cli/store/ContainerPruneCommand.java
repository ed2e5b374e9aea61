package dev.wadah.cli.store;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import java.util.List;

/**
 * {@code wadah container prune}. A container goes with the command that started it; what a killed
 * one left is all that there can be.
 */
public final class ContainerPruneCommand implements Command {
  @Override
  public CommandModel model() {
    return Prune.addTo(
        CommandModel.of("container prune", "[FLAGS]", "Remove what stopped containers left.")
            .values("FILTER", "Remove what fits: until=TIME, label=NAME[=VALUE]", "--filter"));
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    PruneFilter.parse(arguments, PruneFilter.FOR_OBJECTS, Prune.now());
    Prune prune = new Prune(arguments, session);
    if (prune.isWanted("This will remove all stopped containers.\n")) {
      prune.total(prune.collect(List.of()));
    }
    return ExitCode.OK;
  }
}
