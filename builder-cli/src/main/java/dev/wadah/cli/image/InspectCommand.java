package dev.wadah.cli.image;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.DiagnosticText;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.JsonText;
import dev.wadah.cli.Session;
import dev.wadah.engine.Engine;
import dev.wadah.image.ImageStore.Named;
import dev.wadah.oci.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code wadah inspect}. */
public final class InspectCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of("inspect", "[FLAGS] IMAGE [IMAGE...]", "Show images in detail, as JSON.")
        .value("FORMAT", "Go template, or json", "-f", "--format")
        .value("PLATFORM", "Which image of an index", "--platform")
        .value("TYPE", "Understood for docker's sake: image", "--type")
        .arguments("IMAGE", "1..*", "Names or ids");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    arguments.oneOf("type", "image", List.of("image"));
    Platform platform = Lookup.platform(arguments.value("platform"));
    Engine engine = session.engine();
    List<Named> names = engine.images().list();
    List<Map<String, Object>> views = new ArrayList<>();
    int code = ExitCode.OK;
    for (String image : arguments.positional()) {
      try {
        views.add(
            ImageView.of(
                Lookup.image(engine, image, platform), Lookup.target(engine, image), names));
      } catch (CommandException e) {
        code = ExitCode.FAILED;
        DiagnosticText.print(e.diagnostic(), session.console());
      }
    }
    print(views, arguments.value("format"), session);
    return code;
  }

  private static void print(
      List<Map<String, Object>> views, Optional<String> format, Session session)
      throws CommandException {
    if (format.isEmpty()) {
      session.console().out().println(JsonText.pretty(views, "    "));
      return;
    }
    for (Map<String, Object> view : views) {
      session
          .console()
          .out()
          .println(
              format.get().equals("json")
                  ? JsonText.compact(view)
                  : Format.apply(format.get(), view));
    }
  }
}
