package dev.wadah.cli.image;

import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildRequest.NamingRequest;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.export.Exporter;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.oci.Platform;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code wadah save}. */
public final class SaveCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "save", "[FLAGS] IMAGE", "Save an image to an archive that docker loads, too.")
        .value("FILE", "File (default: standard output)", "-o", "--output")
        .value("FORMAT", "docker-archive or oci-archive", "--format")
        .value("PLATFORM", "Which image of an index", "--platform")
        .arguments("IMAGE", "1", "Name or id");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    if (arguments.positional().size() != 1) {
      throw new UsageException("\"save\" takes one image", "", "wadah save --help");
    }
    Console console = session.console();
    Optional<String> file = arguments.value("output");
    if (file.isEmpty() && console.isOutputTerminal()) {
      throw new UsageException(
          "an archive cannot be written to a terminal", "", "wadah save -o FILE IMAGE");
    }
    String format =
        arguments.oneOf("format", "docker-archive", List.of("docker-archive", "oci-archive"));
    String type = format.equals("oci-archive") ? "oci" : "docker";
    Engine engine = session.engine();
    String name = arguments.positional().get(0);
    Platform platform = Lookup.platform(arguments.value("platform"));
    Image image = Lookup.image(engine, name, platform);
    new Exporter(engine)
        .export(
            Map.of(image.config().platform(), image),
            new OutputRequest(type, Optional.of(file.orElse("-")), Map.of()),
            new NamingRequest(names(name), Map.of(), List.of()),
            BuildProgress.NONE);
    return ExitCode.OK;
  }

  /** The name under which it is saved; an id is none. */
  private static List<String> names(String nameOrId) {
    boolean id = nameOrId.startsWith("sha256:") || nameOrId.matches("[0-9a-f]{12,64}");
    return id ? List.of() : List.of(nameOrId);
  }
}
