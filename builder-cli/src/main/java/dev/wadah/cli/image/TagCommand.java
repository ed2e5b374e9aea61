package dev.wadah.cli.image;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import java.util.List;

/** {@code wadah tag}. */
public final class TagCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of("tag", "IMAGE NAME[:TAG]", "Give an image another name.")
        .arguments("IMAGE NAME[:TAG]", "0..*", "The image's name or id, and its further name");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    List<String> words = arguments.positional();
    if (words.size() != 2) {
      throw new UsageException(
          "\"tag\" takes an image and a name, not %d argument(s)".formatted(words.size()),
          "",
          "wadah tag app:latest registry.example/team/app:1.0");
    }
    ImageReference name = Lookup.reference(words.get(1));
    if (name.digest().isPresent()) {
      throw new UsageException(
          "\"%s\" cannot be given as a name".formatted(words.get(1)),
          "a digest is computed, not given",
          "leave out what stands behind @");
    }
    Descriptor target = Lookup.target(session.engine(), words.get(0));
    session.engine().images().use(target);
    session.engine().images().tag(name, target);
    return ExitCode.OK;
  }
}
