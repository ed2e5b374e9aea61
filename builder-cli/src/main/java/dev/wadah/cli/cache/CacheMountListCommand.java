package dev.wadah.cli.cache;

import dev.wadah.build.mounts.CacheFolders;
import dev.wadah.build.mounts.CacheFolders.Cache;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.GoSize;
import dev.wadah.cli.image.GoTime;
import dev.wadah.cli.image.Table;
import java.time.Instant;
import java.util.List;

/** {@code wadah cache mount ls}. */
public final class CacheMountListCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "cache mount ls", "[FLAGS]", "List what RUN --mount=type=cache has kept.")
        .flag("Print the ids only", "-q", "--quiet");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    if (!arguments.positional().isEmpty()) {
      throw new UsageException("\"cache mount ls\" takes no arguments", "", "");
    }
    List<Cache> caches = new CacheFolders(session.engine().store()).list();
    if (arguments.has("quiet")) {
      caches.forEach(cache -> session.console().out().println(cache.id()));
      return ExitCode.OK;
    }
    Instant now = Instant.now();
    Table table = new Table().add("ID", "SIZE", "LAST USED");
    for (Cache cache : caches) {
      table.add(cache.id(), GoSize.of(cache.bytes(), 4), GoTime.ago(cache.used(), now));
    }
    table.print(session.console().out());
    return ExitCode.OK;
  }
}
