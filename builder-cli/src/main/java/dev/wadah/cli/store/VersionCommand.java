package dev.wadah.cli.store;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.JsonText;
import dev.wadah.cli.Session;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code wadah version}. */
public final class VersionCommand implements Command {
  /** This version; a test compares it with the pom. Reading a resource would cost start-up time. */
  public static final String VERSION = "0.1.0";

  /** The Dockerfile language that is understood. */
  static final String DOCKERFILE_LEVEL = "1.26";

  @Override
  public CommandModel model() {
    return CommandModel.of(
            "version", "[FLAGS]", "Show the version of wadah and of what it runs on.")
        .value("FORMAT", "text or json", "-f", "--format");
  }

  /** What {@code wadah --version} prints. */
  public static String line() {
    return "wadah version " + VERSION;
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    String format = arguments.oneOf("format", "text", List.of("text", "json"));
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("Version", VERSION);
    facts.put("Dockerfile", DOCKERFILE_LEVEL);
    facts.put("Java", System.getProperty("java.runtime.version"));
    facts.put("Os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("Architecture", System.getProperty("os.arch"));
    facts.put("Root", session.root().toString());
    PrintStream out = session.console().out();
    if (format.equals("json")) {
      out.println(JsonText.compact(facts));
    } else {
      facts.forEach((name, value) -> out.printf("%-14s%s%n", name + ":", value));
    }
    return ExitCode.OK;
  }
}
