package dev.wadah.cli.build;

import dev.wadah.build.BuildRequest;
import dev.wadah.build.BuildRequest.Misses;
import dev.wadah.build.BuildResult;
import dev.wadah.build.Builder;
import dev.wadah.build.Builder.Printed;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.DiagnosticText;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.profile.ProfiledBuild;
import dev.wadah.cli.progress.Display;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.DockerfileParser;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** {@code wadah build}. */
public final class BuildCommand implements Command {
  /** Progress that a line for people may follow. */
  private static final Set<Display.Mode> SHOWN = Set.of(Display.Mode.TTY, Display.Mode.PLAIN);

  @Override
  public void prepare() {
    DockerfileParser.prepare();
  }

  @Override
  public CommandModel model() {
    return BuildFlags.model();
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Console console = session.console();
    boolean quiet = arguments.has("quiet");
    Display.Mode mode = mode(arguments, console);
    BuildRequest request = new RequestFlags(arguments, console.environment()).parse();
    Optional<String> printed = arguments.value("print");
    if (printed.isPresent()) {
      arguments.oneOf("print", "", List.of("ast", "graph", "keys", "spec"));
      Printed what = Printed.valueOf(printed.get().toUpperCase(Locale.ROOT));
      console.out().print(new Builder(session.engine(), console.in()).print(request, what));
      return ExitCode.OK;
    }
    String call = arguments.value("call").orElse(arguments.has("check") ? "check" : "build");
    if (!call.equals("build")) {
      return CallCommand.run(call, new Builder(session.engine(), console.in()), request, console);
    }
    ResultFiles files = new ResultFiles(arguments);
    files.requireWritable();
    BuildResult result;
    try (Display display = Display.open(mode, console.err(), console.environment())) {
      ProfiledBuild build = new ProfiledBuild(files.profile(), console);
      result =
          build.run(
              display, heard -> new Builder(session.engine(), console.in()).build(request, heard));
    }
    boolean explained = request.cache().misses() == Misses.EXPLAINED;
    if (explained && result.misses().isEmpty() && SHOWN.contains(mode)) {
      console.err().println("every step was in the cache");
    }
    if (!quiet) {
      for (Diagnostic warning : result.warnings()) {
        DiagnosticText.print(warning, console);
      }
    }
    files.write(result);
    if (quiet || (mode == Display.Mode.NONE && isQuietMode(arguments, console))) {
      ResultFiles.imageId(result).ifPresent(console.out()::println);
    }
    console.out().flush();
    DailyCollection.startIfDue(session.root(), console);
    return ExitCode.OK;
  }

  private static boolean isQuietMode(Arguments arguments, Console console) throws UsageException {
    return progress(arguments, console).equals("quiet");
  }

  private static String progress(Arguments arguments, Console console) throws UsageException {
    String wanted = console.environment().getOrDefault("BUILDKIT_PROGRESS", "");
    return arguments.oneOf(
        "progress",
        wanted.isEmpty() ? "auto" : wanted,
        List.of("auto", "tty", "plain", "rawjson", "quiet", "none"));
  }

  private static Display.Mode mode(Arguments arguments, Console console) throws UsageException {
    String progress = progress(arguments, console);
    if (arguments.has("quiet")) {
      return Display.Mode.NONE;
    }
    return switch (progress) {
      case "tty" -> Display.Mode.TTY;
      case "plain" -> Display.Mode.PLAIN;
      case "rawjson" -> Display.Mode.RAWJSON;
      case "quiet", "none" -> Display.Mode.NONE;
      default -> console.isErrorTerminal() ? Display.Mode.TTY : Display.Mode.PLAIN;
    };
  }
}
