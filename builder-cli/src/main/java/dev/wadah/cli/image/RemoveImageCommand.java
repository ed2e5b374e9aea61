package dev.wadah.cli.image;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.DiagnosticText;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.image.ImageException;
import dev.wadah.image.ImageRemoval;
import dev.wadah.image.ImageRemoval.Force;
import dev.wadah.image.ImageRemoval.Removed;
import java.util.Set;

/** {@code wadah rmi}: removes names; what no name leads to any more goes with the next prune. */
public final class RemoveImageCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of("rmi", "[FLAGS] IMAGE [IMAGE...]", "Remove images.")
        .flag("Remove an image by its id even if it has several names", "-f", "--force")
        .flag("Understood for docker's sake", "--no-prune")
        .arguments("IMAGE", "1..*", "Names or ids");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Console console = session.console();
    ImageRemoval removal = new ImageRemoval(session.engine().images());
    Force force = arguments.has("force") ? Force.YES : Force.NO;
    int code = ExitCode.OK;
    for (String image : arguments.positional()) {
      try {
        print(removal.remove(image, Set.of(), force), console);
      } catch (ImageException e) {
        // The others are still removed, as docker does.
        code = ExitCode.FAILED;
        DiagnosticText.print(
            new CommandException("image-not-removed", e.getMessage(), "", "").diagnostic(),
            console);
      }
    }
    return code;
  }

  private static void print(Removed removed, Console console) {
    removed.untagged().forEach(name -> console.out().println("Untagged: " + name.familiar()));
    removed.deleted().forEach(id -> console.out().println("Deleted: " + id));
  }
}
