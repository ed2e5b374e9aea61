package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.engine.Engine;
import dev.wadah.image.transfer.ImageJoin;
import dev.wadah.image.transfer.JoinEntry;
import dev.wadah.image.transfer.ManifestLists;
import dev.wadah.oci.ImageReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code wadah manifest create}: begins a list of images that {@code manifest push} sends. */
public final class ManifestCreateCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "manifest create",
            "[FLAGS] LIST IMAGE [IMAGE...]",
            "Make a list of images in registries, to be annotated and pushed as one.")
        .flag("Add to a list that is there", "-a", "--amend")
        .flag(ManifestArguments.INSECURE, "--insecure")
        .arguments("LIST IMAGE", "0..*", "The list's name, and images of any registry");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    List<String> words = arguments.positional();
    if (words.size() < 2) {
      throw new UsageException(
          "\"manifest create\" takes a list and its images",
          "",
          "wadah manifest create registry.example/app:1 registry.example/app:1-amd64");
    }
    ImageReference name = ManifestArguments.list(words.get(0));
    List<ImageReference> sources = new ArrayList<>();
    for (String word : words.subList(1, words.size())) {
      sources.add(Lookup.reference(word));
    }
    Engine engine = session.engine();
    ManifestLists lists = new ManifestLists(engine.store());
    Optional<List<JoinEntry>> present = lists.find(name);
    if (present.isPresent() && !arguments.has("amend")) {
      throw new CommandException(
          "manifest-list-exists",
          "the manifest list \"%s\" exists".formatted(name.familiar()),
          "a list is added to only when that is asked for",
          "--amend adds to it, wadah manifest rm %s removes it".formatted(name.familiar()));
    }
    List<JoinEntry> entries = new ArrayList<>(present.orElse(List.of()));
    ImageJoin join = new ImageJoin(engine.registry());
    for (ImageReference source : sources) {
      entries.add(join.image(source));
    }
    lists.put(name, entries);
    session.console().out().println("Created manifest list " + name);
    return ExitCode.OK;
  }
}
