package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.cli.image.WantedPlatform;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageStore.Named;
import dev.wadah.image.transfer.ImageTransfer;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code wadah push}. */
public final class PushCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "push", "[FLAGS] NAME[:TAG]", "Send an image to the registry that its name tells.")
        .value("PLATFORM", "Send this image of an index alone", "--platform")
        .flag("Send all tags of the repository", "-a", "--all-tags")
        .flag("Print the name only", "-q", "--quiet")
        .flag("Understood for docker's sake", "--disable-content-trust")
        .arguments("NAME[:TAG]", "0..*", "What to send");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    if (arguments.positional().size() != 1) {
      throw new UsageException("\"push\" takes one name", "", "wadah push registry.example/app:1");
    }
    boolean quiet = arguments.has("quiet");
    boolean all = arguments.has("all-tags");
    ImageReference wanted = wanted(arguments.positional().get(0), all);
    Optional<Platform> platform = WantedPlatform.of(arguments.value("platform")).given();
    Engine engine = session.engine();
    PrintStream out = session.console().out();
    ImageTransfer transfer =
        new ImageTransfer(engine.content(), engine.images(), engine.registry());
    if (!quiet) {
      if (!all && !Lookup.isTaggedOrDigested(arguments.positional().get(0))) {
        out.println("Using default tag: latest");
      }
      out.println("The push refers to repository [" + wanted.repository() + "]");
    }
    for (Named named : names(engine, wanted, all)) {
      ImageReference name = named.name().orElseThrow();
      Descriptor target = target(engine, named, platform);
      Descriptor pushed;
      try (TransferDisplay display =
          quiet ? TransferDisplay.NONE : TransferDisplay.ofPush(session.console())) {
        pushed = transfer.push(target, name, display);
      }
      if (!quiet) {
        out.printf(
            "%s: digest: %s size: %d%n",
            name.tag().orElse(""), pushed.digest(), pushed.sizeBytes());
      }
    }
    if (quiet) {
      out.println(all ? wanted.repository() : wanted.toString());
    }
    return ExitCode.OK;
  }

  private static ImageReference wanted(String text, boolean all) throws UsageException {
    ImageReference name = Lookup.reference(text);
    if (name.digest().isPresent()) {
      throw new UsageException(
          "\"%s\" cannot be pushed".formatted(text),
          "what is pushed gets its digest from its content",
          "wadah push " + name.familiarRepository());
    }
    if (all && Lookup.isTaggedOrDigested(text)) {
      throw new UsageException(
          "a tag cannot be used with --all-tags", "", "wadah push -a " + name.familiarRepository());
    }
    return name;
  }

  private static Descriptor target(Engine engine, Named named, Optional<Platform> platform)
      throws IOException, CommandException {
    if (platform.isEmpty()) {
      return named.target();
    }
    Platform wanted = platform.get();
    Optional<Image> image = engine.images().read(named.target(), wanted);
    if (image.isPresent() && wanted.preference(image.get().config().platform()) >= 0) {
      return image.get().descriptor();
    }
    throw new CommandException(
        "no-such-platform",
        "%s has no image for %s on this machine"
            .formatted(named.name().orElseThrow().familiar(), wanted),
        image.isPresent() ? "there is " + image.get().config().platform() : "",
        "wadah pull --platform %s %s".formatted(wanted, named.name().orElseThrow().familiar()));
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
      String name = all ? wanted.familiarRepository() : wanted.familiar();
      throw new CommandException(
          "no-such-image",
          "an image does not exist locally with the name \"%s\"".formatted(name),
          "",
          "wadah tag IMAGE " + wanted.familiar());
    }
    return names;
  }
}
