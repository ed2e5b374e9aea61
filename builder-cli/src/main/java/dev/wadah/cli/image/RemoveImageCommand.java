package dev.wadah.cli.image;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.engine.Engine;
import dev.wadah.image.ImageStore.Named;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code wadah rmi}: removes names; what no name leads to any more goes with the next prune. */
public final class RemoveImageCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of("rmi", "[FLAGS] IMAGE [IMAGE...]", "Remove names of images.")
        .flag(
            "Remove an image by its id even if it has several names; no error if it is missing",
            "-f",
            "--force")
        .flag("Understood for docker's sake; nothing is removed but the names", "--no-prune")
        .arguments("IMAGE", "1..*", "Names or ids");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    boolean force = arguments.has("force");
    PrintStream out = session.console().out();
    int code = ExitCode.OK;
    for (String image : arguments.positional()) {
      try {
        remove(session.engine(), image, force, out);
      } catch (CommandException e) {
        if (!force) {
          code = ExitCode.FAILED;
          dev.wadah.cli.DiagnosticText.print(e.diagnostic(), session.console().err());
        }
      }
    }
    return code;
  }

  private static void remove(Engine engine, String image, boolean force, PrintStream out)
      throws IOException, CommandException, UsageException {
    Descriptor target = Lookup.target(engine, image);
    Optional<ImageReference> name = name(engine, image, target);
    List<ImageReference> names = name.map(List::of).orElse(List.of());
    if (name.isEmpty()) {
      names = names(engine, target);
      if (names.size() > 1 && !force) {
        throw new CommandException(
            "image-in-use",
            "image \"%s\" has %d names".formatted(image, names.size()),
            "by its id an image is removed with all its names",
            "wadah rmi --force " + image);
      }
    }
    for (ImageReference one : names) {
      if (engine.images().untag(one)) {
        out.println("Untagged: " + one.familiar());
      }
    }
    if (names(engine, target).isEmpty()) {
      out.println("Deleted: " + target.digest());
    }
  }

  /** The name that {@code image} is, if it is one and not an id. */
  private static Optional<ImageReference> name(Engine engine, String image, Descriptor target)
      throws IOException {
    ImageReference reference;
    try {
      reference = ImageReference.parse(image);
    } catch (IllegalArgumentException e) {
      // An id such as sha256:... is no name.
      return Optional.empty();
    }
    return names(engine, target).stream().filter(reference::equals).findFirst();
  }

  private static List<ImageReference> names(Engine engine, Descriptor target) throws IOException {
    List<ImageReference> names = new ArrayList<>();
    for (Named named : engine.images().list()) {
      if (named.target().digest().equals(target.digest())) {
        named.name().ifPresent(names::add);
      }
    }
    return names;
  }
}
