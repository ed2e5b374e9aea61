package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** {@code wadah pull}. */
public final class PullCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of("pull", "[FLAGS] NAME[:TAG|@DIGEST]", "Fetch an image from a registry.")
        .value("PLATFORM", "Which image of an index (default: this machine's)", "--platform")
        .flag("Print the name only", "-q", "--quiet")
        .arguments("NAME[:TAG|@DIGEST]", "0..*", "What to fetch");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    if (arguments.positional().size() != 1) {
      throw new UsageException("\"pull\" takes one name", "", "wadah pull busybox");
    }
    Console console = session.console();
    boolean quiet = arguments.has("quiet");
    ImageReference name = Lookup.reference(arguments.positional().get(0));
    Platform platform = Lookup.platform(arguments.value("platform"));
    Engine engine = session.engine();
    Optional<Digest> before =
        engine.images().find(name.toString(), platform).map(image -> image.descriptor().digest());
    Image image = engine.images().resolve(name, platform, PullPolicy.ALWAYS);
    fetchLayers(engine, image, quiet, console);
    if (!quiet) {
      Digest digest = image.descriptor().digest();
      console.out().println("Digest: " + digest);
      console
          .out()
          .println(
              before.equals(Optional.of(digest))
                  ? "Status: Image is up to date for " + name.familiar()
                  : "Status: Downloaded newer image for " + name.familiar());
    }
    console.out().println(name);
    return ExitCode.OK;
  }

  /** Layers of a resolved image stay remote until they are read; here they are read. */
  private static void fetchLayers(Engine engine, Image image, boolean quiet, Console console)
      throws IOException {
    for (DiffId layer : image.config().diffIds()) {
      try (InputStream tar = engine.layers().openTar(layer)) {
        tar.transferTo(java.io.OutputStream.nullOutputStream());
      }
      if (!quiet) {
        console.out().println(layer.digest().abbreviated() + ": Pull complete");
      }
    }
  }
}
