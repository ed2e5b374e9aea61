package dev.wadah.cli.image;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.engine.Engine;
import dev.wadah.image.archive.ImageLoader;
import dev.wadah.image.archive.LoadedImage;
import dev.wadah.oci.ImageReference;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code wadah load}. */
public final class LoadCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "load",
            "[FLAGS]",
            "Load images from a docker archive, an OCI archive or an OCI layout folder; gzip, bzip2, xz and zstd are unpacked.")
        .value("FILE", "File or folder (default: standard input)", "-i", "--input")
        .flag("Print no progress", "-q", "--quiet")
        .arguments("", "0", "");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Console console = session.console();
    Optional<String> input = arguments.value("input").filter(file -> !file.equals("-"));
    if (input.isEmpty() && console.isInputTerminal()) {
      throw new UsageException(
          "an archive is expected on standard input, which is a terminal",
          "",
          "wadah load -i FILE");
    }
    Engine engine = session.engine();
    ImageLoader loader = new ImageLoader(engine.content(), engine.layers(), engine.images());
    List<LoadedImage> loaded =
        input.isPresent()
            ? loader.load(Path.of(input.get()))
            : loader.load(console.in(), "standard input");
    for (LoadedImage image : loaded) {
      // As docker: --quiet takes nothing from this, for scripts that read the name.
      print(image, console);
    }
    return ExitCode.OK;
  }

  private static void print(LoadedImage image, Console console) {
    for (ImageReference name : image.names()) {
      console.out().println("Loaded image: " + name.familiar());
    }
    if (image.names().isEmpty()) {
      console.out().println("Loaded image ID: " + image.ids().get(0));
    }
  }
}
