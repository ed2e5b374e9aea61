package dev.wadah.cli.image;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.engine.Engine;
import dev.wadah.image.archive.ImageExporter;
import dev.wadah.image.archive.ImageExporter.Export;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import dev.wadah.posix.OutputFile;
import dev.wadah.posix.StandardOutput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code wadah save}. */
public final class SaveCommand implements Command {
  private static final int BUFFER_BYTES = 1 << 18;

  @Override
  public CommandModel model() {
    return CommandModel.of(
            "save", "[FLAGS] IMAGE [IMAGE...]", "Save images to an archive that docker loads, too.")
        .value("FILE", "File (default: standard output)", "-o", "--output")
        .value("FORMAT", "docker-archive or oci-archive", "--format")
        .value("PLATFORM", "Which image of an index (default: all that are here)", "--platform")
        .arguments("IMAGE", "1..*", "Names or ids");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Console console = session.console();
    String format =
        arguments.oneOf("format", "docker-archive", List.of("docker-archive", "oci-archive"));
    Optional<String> file = arguments.value("output").filter(f -> !f.equals("-"));
    if (file.isEmpty() && console.isOutputTerminal()) {
      throw new UsageException(
          "an archive cannot be written to a terminal", "", "wadah save -o FILE IMAGE");
    }
    List<Export> exports = exports(arguments, session.engine());
    if (file.isEmpty()) {
      write(session.engine(), format, exports, output(console));
    } else {
      // docker save makes its files 0600, too.
      OutputFile.write(
          Path.of(file.get()), "rw-------", out -> write(session.engine(), format, exports, out));
    }
    return ExitCode.OK;
  }

  private static OutputStream output(Console console) {
    return console.streams() == Console.Streams.OWN
        ? new BufferedOutputStream(new StandardOutput(), BUFFER_BYTES)
        : console.out();
  }

  private static List<Export> exports(Arguments arguments, Engine engine)
      throws IOException, UsageException, CommandException {
    List<Export> exports = new ArrayList<>();
    for (String word : arguments.positional()) {
      Optional<String> platform = arguments.value("platform");
      Descriptor target =
          platform.isPresent()
              ? Lookup.image(engine, word, Lookup.platform(platform)).descriptor()
              : Lookup.target(engine, word);
      Optional<ImageReference> name = engine.images().nameOf(word);
      exports.add(new Export(target, name.map(List::of).orElse(List.of())));
    }
    return exports;
  }

  private static void write(Engine engine, String format, List<Export> exports, OutputStream out)
      throws IOException {
    ImageExporter exporter = new ImageExporter(engine.content(), engine.images());
    if (format.equals("oci-archive")) {
      exporter.writeOciArchive(exports, out);
    } else {
      exporter.writeDockerArchive(exports, out);
    }
    out.flush();
  }
}
