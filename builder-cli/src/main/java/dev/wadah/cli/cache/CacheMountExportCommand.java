package dev.wadah.cli.cache;

import dev.wadah.build.mounts.CacheFolders;
import dev.wadah.build.mounts.CacheFolders.Cache;
import dev.wadah.build.mounts.CacheImages;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.cli.registry.TransferDisplay;
import dev.wadah.dockerfile.Suggestions;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.transfer.ImageTransfer;
import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.util.List;

/** {@code wadah cache mount export}. */
public final class CacheMountExportCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "cache mount export",
            "[FLAGS] ID NAME[:TAG]",
            "Make an image of what a RUN --mount=type=cache has kept.")
        .flag("Send it to its registry", "--push")
        .arguments("ID NAME[:TAG]", "0..*", "The mount's id, or its target; and the image's name");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    List<String> words = arguments.positional();
    if (words.size() != 2) {
      throw new UsageException(
          "\"cache mount export\" takes an id and a name",
          "the id is that of the mount, or its target where it has none",
          "wadah cache mount export --push /root/.m2 registry.example/team/app:m2");
    }
    ImageReference name = Lookup.reference(words.get(1));
    if (name.digest().isPresent()) {
      throw new UsageException(
          "\"%s\" cannot be written".formatted(words.get(1)),
          "a digest stands for what is there already",
          name.familiarRepository() + ":cache");
    }
    Engine engine = session.engine();
    Image image = image(engine, words.get(0));
    engine.images().tag(name, image.descriptor());
    if (arguments.has("push")) {
      ImageTransfer transfer =
          new ImageTransfer(engine.content(), engine.images(), engine.registry());
      try (TransferDisplay display = TransferDisplay.ofPush(session.console())) {
        transfer.push(image.descriptor(), name, display);
      }
    }
    session.console().out().println(image.id());
    return ExitCode.OK;
  }

  private static Image image(Engine engine, String id) throws IOException, CommandException {
    return new CacheImages(engine).export(id).orElseThrow(() -> missing(engine, id));
  }

  private static CommandException missing(Engine engine, String id) {
    List<String> ids;
    try {
      ids = new CacheFolders(engine.store()).list().stream().map(Cache::id).toList();
    } catch (IOException e) {
      ids = List.of(); // what is asked for is missing in any case
    }
    return new CommandException(
        "no-such-cache-mount",
        "no such cache mount: \"%s\"".formatted(id),
        "no RUN --mount=type=cache with that id, and without a seed (from=), has run here",
        Suggestions.nearest(id, ids)
            .map("did you mean \"%s\"?"::formatted)
            .orElse("\"wadah cache mount ls\" lists all"));
  }
}
