package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.DiagnosticText;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.image.transfer.ManifestLists;
import dev.wadah.oci.ImageReference;

/** {@code wadah manifest rm}. */
public final class ManifestRemoveCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "manifest rm", "LIST [LIST...]", "Remove manifest lists from this machine.")
        .arguments("LIST", "0..*", "Names of lists");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    if (arguments.positional().isEmpty()) {
      throw new UsageException("\"manifest rm\" takes a list", "", "wadah manifest rm app:1");
    }
    ManifestLists lists = new ManifestLists(session.engine().store());
    int code = ExitCode.OK;
    for (String word : arguments.positional()) {
      ImageReference name = ManifestArguments.list(word);
      if (!lists.remove(name)) {
        // the others are still removed, as docker does
        code = ExitCode.FAILED;
        DiagnosticText.print(
            new CommandException(
                    "no-such-manifest-list",
                    "no such manifest list: \"%s\"".formatted(name.familiar()),
                    "",
                    "")
                .diagnostic(),
            session.console());
      }
    }
    return code;
  }
}
