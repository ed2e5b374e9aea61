package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.engine.Engine;
import dev.wadah.image.ImageStore.Named;
import dev.wadah.image.transfer.ImageTransfer;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code wadah push}. */
public final class PushCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "push", "[FLAGS] NAME[:TAG]", "Send an image to the registry that its name tells.")
        .flag("Send all tags of the repository", "-a", "--all-tags")
        .flag("Print the name only", "-q", "--quiet")
        .arguments("NAME[:TAG]", "0..*", "What to send");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    if (arguments.positional().size() != 1) {
      throw new UsageException("\"push\" takes one name", "", "wadah push registry.example/app:1");
    }
    Engine engine = session.engine();
    Console console = session.console();
    boolean quiet = arguments.has("quiet");
    ImageReference wanted = Lookup.reference(arguments.positional().get(0));
    ImageTransfer transfer =
        new ImageTransfer(engine.content(), engine.images(), engine.registry());
    TransferProgress progress = quiet ? TransferProgress.NONE : TransferLines.ofPush(console.out());
    if (!quiet) {
      console.out().println("The push refers to repository [" + wanted.repository() + "]");
    }
    for (Named named : names(engine, wanted, arguments.has("all-tags"))) {
      ImageReference name = named.name().orElseThrow();
      Descriptor pushed = transfer.push(named.target(), name, progress);
      console
          .out()
          .println(
              quiet
                  ? name.toString()
                  : "%s: digest: %s size: %d"
                      .formatted(name.tag().orElse(""), pushed.digest(), pushed.sizeBytes()));
    }
    return ExitCode.OK;
  }

  private static List<Named> names(Engine engine, ImageReference wanted, boolean all)
      throws IOException, CommandException {
    List<Named> names = new ArrayList<>();
    for (Named named : engine.images().list()) {
      boolean fits =
          named.name().isPresent()
              && (all
                  ? named.name().get().repository().equals(wanted.repository())
                  : named.name().get().equals(wanted));
      if (fits) {
        names.add(named);
      }
    }
    if (names.isEmpty()) {
      throw new CommandException(
          "no-such-image",
          "an image does not exist locally with the name \"%s\"".formatted(wanted.familiar()),
          "",
          "wadah tag IMAGE " + wanted.familiar());
    }
    return names;
  }
}
