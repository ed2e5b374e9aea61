package dev.wadah.cli.image;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Quantities;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.archive.ImageImport;
import dev.wadah.oci.ContainerConfig;
import dev.wadah.oci.ImageReference;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** {@code wadah import}. */
public final class ImportCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "import",
            "[FLAGS] FILE|- [NAME[:TAG]]",
            "Make an image of a tar of a root file system.")
        .value("TEXT", "Comment of the image's history", "-m", "--message")
        .value("PLATFORM", "What it runs on (default: this machine)", "--platform")
        .arguments("FILE|- [NAME[:TAG]]", "0..*", "The tar, plain or compressed, and the name");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    List<String> words = arguments.positional();
    if (words.isEmpty() || words.size() > 2) {
      throw new UsageException(
          "\"import\" takes a file and a name", "", "wadah import root.tar.gz base:1");
    }
    String file = words.get(0);
    Optional<ImageReference> name =
        words.size() == 2 ? Optional.of(Lookup.reference(words.get(1))) : Optional.empty();
    ImageImport.Request request = request(arguments, session.console(), file);
    Engine engine = session.engine();
    ImageImport importer = new ImageImport(engine.content(), engine.layers(), engine.images());
    Image image;
    if (file.equals("-")) {
      image = importer.importTar(session.console().in(), "standard input", request);
    } else {
      try (InputStream in = Files.newInputStream(Path.of(file))) {
        image = importer.importTar(in, file, request);
      }
    }
    if (name.isPresent()) {
      engine.images().tag(name.get(), image.descriptor());
    }
    session.console().out().println(image.id());
    return ExitCode.OK;
  }

  private static ImageImport.Request request(Arguments arguments, Console console, String file)
      throws UsageException {
    String epoch = console.environment().getOrDefault("SOURCE_DATE_EPOCH", "");
    Instant created =
        epoch.isEmpty()
            ? Instant.ofEpochSecond(Instant.now().getEpochSecond())
            : Instant.ofEpochSecond(Quantities.whole("SOURCE_DATE_EPOCH", epoch));
    String from = file.equals("-") ? "standard input" : Path.of(file).getFileName().toString();
    return new ImageImport.Request(
        Lookup.platform(arguments.value("platform")),
        created,
        arguments.value("message").orElse("Imported from " + from),
        ContainerConfig.EMPTY);
  }
}
