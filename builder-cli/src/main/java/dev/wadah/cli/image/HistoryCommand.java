package dev.wadah.cli.image;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageConfig.History;
import dev.wadah.oci.Timestamps;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code wadah history}. */
public final class HistoryCommand implements Command {
  private static final int COMMAND_WIDTH = 45;
  private static final Map<String, String> HEADINGS =
      Map.of(
          "ID", "IMAGE",
          "CreatedSince", "CREATED",
          "CreatedAt", "CREATED AT",
          "CreatedBy", "CREATED BY",
          "Size", "SIZE",
          "Comment", "COMMENT");

  @Override
  public CommandModel model() {
    return CommandModel.of("history", "[FLAGS] IMAGE", "Show how an image was made, latest first.")
        .optionalValue("BOOL", "true", "Sizes and dates for people (default true)", "-H", "--human")
        .flag("Do not shorten commands", "--no-trunc")
        .flag("Show ids only", "-q", "--quiet")
        .value("PLATFORM", "Which image of an index", "--platform")
        .value("FORMAT", "Go template, \"table TEMPLATE\", or json", "--format")
        .arguments("IMAGE", "1", "Name or id");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    if (arguments.positional().size() != 1) {
      throw new UsageException("\"history\" takes one image", "", "wadah history --help");
    }
    Engine engine = session.engine();
    Image image =
        Lookup.image(
            engine, arguments.positional().get(0), Lookup.platform(arguments.value("platform")));
    boolean human = arguments.value("human").orElse("true").equals("true");
    print(rows(image, human, arguments.has("no-trunc")), arguments, session.console().out());
    return ExitCode.OK;
  }

  private static List<Map<String, String>> rows(Image image, boolean human, boolean whole) {
    List<Map<String, String>> rows = new ArrayList<>();
    List<Descriptor> layers = image.manifest().layers();
    int layer = 0;
    for (History entry : image.config().history()) {
      long size = 0;
      if (!entry.emptyLayer() && layer < layers.size()) {
        size = layers.get(layer++).sizeBytes();
      }
      rows.add(row(entry, size, human, whole));
    }
    Collections.reverse(rows);
    if (!rows.isEmpty()) {
      rows.get(0).put("ID", whole ? image.id().toString() : image.id().abbreviated());
    }
    return rows;
  }

  private static Map<String, String> row(History entry, long size, boolean human, boolean whole) {
    Optional<Instant> created = entry.created();
    String at = created.map(Timestamps::format).orElse("N/A");
    String command = entry.createdBy().replace('\t', ' ').replace('\n', ' ');
    Map<String, String> row = new LinkedHashMap<>();
    row.put("Comment", entry.comment().orElse(""));
    row.put("CreatedAt", at);
    row.put(
        "CreatedBy",
        whole || command.length() <= COMMAND_WIDTH
            ? command
            : command.substring(0, COMMAND_WIDTH - 1) + "…");
    row.put(
        "CreatedSince",
        human ? created.map(time -> GoTime.ago(time, Instant.now())).orElse("N/A") : at);
    row.put("ID", "<missing>");
    row.put("Size", human ? GoSize.of(size) : Long.toString(size));
    return row;
  }

  private static void print(List<Map<String, String>> rows, Arguments arguments, PrintStream out)
      throws Exception {
    if (arguments.has("quiet")) {
      rows.forEach(row -> out.println(row.get("ID")));
      return;
    }
    String text =
        arguments
            .value("format")
            .filter(format -> !format.equals("table"))
            .orElse("table {{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}");
    Format.print(text, HEADINGS, rows, out);
  }
}
