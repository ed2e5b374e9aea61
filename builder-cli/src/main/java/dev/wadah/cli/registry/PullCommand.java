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
import dev.wadah.image.transfer.ImageTransfer;
import dev.wadah.image.transfer.ImageTransfer.Pulled;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;

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
    Pulled pulled =
        new ImageTransfer(engine.content(), engine.images(), engine.registry())
            .pull(
                name,
                platform,
                quiet ? TransferProgress.NONE : TransferLines.ofPull(console.out()));
    if (!quiet) {
      console.out().println("Digest: " + pulled.target().digest());
      console
          .out()
          .println(
              pulled.isNew()
                  ? "Status: Downloaded newer image for " + name.familiar()
                  : "Status: Image is up to date for " + name.familiar());
    }
    console.out().println(name);
    return ExitCode.OK;
  }
}
