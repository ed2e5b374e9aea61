package dev.wadah.cli.cache;

import dev.wadah.build.mounts.CacheFolders.Present;
import dev.wadah.build.mounts.CacheImages;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.cli.registry.PullOnTheWay;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.oci.Platform;
import dev.wadah.registry.RegistryException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** {@code wadah cache mount import}. */
public final class CacheMountImportCommand implements Command {
  private static final String MISSING = "missing";

  @Override
  public CommandModel model() {
    return CommandModel.of(
            "cache mount import",
            "[FLAGS] NAME[:TAG] [ID]",
            "Put the files of an image where RUN --mount=type=cache finds them.")
        .flag("Replace what is there", "--replace")
        .flag("A registry that does not give it is a warning", "--ignore-error")
        .value("always|missing|never", "When to ask the registry (default: missing)", "--pull")
        .arguments(
            "NAME[:TAG] [ID]", "0..*", "The image, and the mount's id (default: the exported one)");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    List<String> words = arguments.positional();
    if (words.isEmpty() || words.size() > 2) {
      throw new UsageException(
          "\"cache mount import\" takes a name, and an id if you like",
          "",
          "wadah cache mount import registry.example/team/app:m2");
    }
    String pull = arguments.oneOf("pull", MISSING, List.of("always", MISSING, "never"));
    Engine engine = session.engine();
    Console console = session.console();
    Image image;
    try {
      image = image(engine, console, words.get(0), pull);
    } catch (RegistryException e) {
      if (!arguments.has("ignore-error")) {
        throw e;
      }
      console.err().println("WARNING: nothing was imported: " + e.getMessage());
      return ExitCode.OK;
    }
    Optional<String> id = words.size() == 2 ? Optional.of(words.get(1)) : CacheImages.id(image);
    if (id.isEmpty()) {
      throw new UsageException(
          "\"%s\" does not say which cache mount it is of".formatted(words.get(0)),
          "it was not made by \"wadah cache mount export\"",
          "wadah cache mount import %s ID".formatted(words.get(0)));
    }
    Present present = arguments.has("replace") ? Present.IS_REPLACED : Present.STAYS;
    if (new CacheImages(engine).restore(image, id.get(), present)) {
      console.out().println(id.get());
    } else {
      console
          .err()
          .println(
              "wadah: note: cache mount \"%s\" is here already and stays; --replace replaces it"
                  .formatted(id.get()));
    }
    return ExitCode.OK;
  }

  private static Image image(Engine engine, Console console, String nameOrId, String pull)
      throws IOException, UsageException, CommandException {
    Platform host = Platform.host();
    if (!pull.equals("always")) {
      Optional<Image> here = engine.images().find(nameOrId, host);
      if (here.isPresent()) {
        return here.get();
      }
    }
    if (pull.equals("never")) {
      return Lookup.image(engine, nameOrId, host);
    }
    PullOnTheWay.Reason reason =
        pull.equals(MISSING) ? PullOnTheWay.Reason.MISSING : PullOnTheWay.Reason.WANTED;
    return new PullOnTheWay(engine, console).pull(Lookup.reference(nameOrId), host, reason);
  }
}
