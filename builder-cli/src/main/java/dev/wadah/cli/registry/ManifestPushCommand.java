package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.engine.Engine;
import dev.wadah.image.transfer.ImageCopy;
import dev.wadah.image.transfer.JoinEntry;
import dev.wadah.image.transfer.ManifestLists;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.OciJson;
import dev.wadah.registry.Registry;
import java.util.List;

/** {@code wadah manifest push}: sends a list, and the images that its repository lacks. */
public final class ManifestPushCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "manifest push",
            "[FLAGS] LIST",
            "Send a manifest list to its repository, with all images that are not there yet.")
        .flag("Remove the list on this machine afterwards", "-p", "--purge")
        .flag(ManifestArguments.INSECURE, "--insecure")
        .arguments("LIST", "0..*", "The list's name");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    if (arguments.positional().size() != 1) {
      throw new UsageException(
          "\"manifest push\" takes one list", "", "wadah manifest push registry.example/app:1");
    }
    ImageReference name = ManifestArguments.list(arguments.positional().get(0));
    Engine engine = session.engine();
    List<JoinEntry> entries = ManifestArguments.entries(engine, name);
    ImageCopy copy = new ImageCopy(engine.registry(), TransferProgress.NONE);
    for (JoinEntry entry : entries) {
      copy.copy(entry.descriptor(), entry.source(), name);
    }
    byte[] bytes = ManifestArguments.document(entries);
    Descriptor pushed =
        engine
            .registry()
            .pushManifest(name, new Registry.Document(OciJson.mediaTypeOf(bytes), bytes));
    if (arguments.has("purge")) {
      new ManifestLists(engine.store()).remove(name);
    }
    session.console().out().println(pushed.digest());
    return ExitCode.OK;
  }
}
