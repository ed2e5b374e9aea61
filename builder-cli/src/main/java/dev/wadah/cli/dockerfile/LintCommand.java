package dev.wadah.cli.dockerfile;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.DiagnosticRenderer;
import dev.wadah.dockerfile.DiagnosticRenderer.Colour;
import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.DockerfileParser;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.check.BuildChecks;
import dev.wadah.dockerfile.check.CheckContext;
import dev.wadah.dockerfile.check.CheckOptions;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code wadah lint}: the build checks over files, without context or base images. */
public final class LintCommand implements Command {
  private final String version;

  /**
   * A command.
   *
   * @param version of wadah, for SARIF
   */
  public LintCommand(String version) {
    this.version = version;
  }

  @Override
  public CommandModel model() {
    return CommandModel.of(
            "lint", "[FLAGS] [FILE...]", "Check Dockerfiles. Exit code 1 if anything is found.")
        .value("FORMAT", "text, json, sarif, checkstyle or gitlab", "--format")
        .arguments("FILE", "0..*", "Dockerfiles; - for standard input (default: Dockerfile)");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    String format =
        arguments.oneOf("format", "text", List.of("text", "json", "sarif", "checkstyle", "gitlab"));
    List<String> files =
        arguments.positional().isEmpty() ? List.of("Dockerfile") : arguments.positional();
    List<Finding> findings = new ArrayList<>();
    for (String file : files) {
      for (Diagnostic diagnostic : lint(file, session.console())) {
        findings.add(new Finding(file, diagnostic));
      }
    }
    session.console().out().print(report(format, findings));
    return findings.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  private String report(String format, List<Finding> findings) {
    return switch (format) {
      case "json" -> LintReport.json(findings);
      case "sarif" -> LintReport.sarif(findings, version);
      case "checkstyle" -> LintReport.checkstyle(findings);
      case "gitlab" -> LintReport.gitlab(findings);
      default ->
          DiagnosticRenderer.of(Colour.NEVER)
              .render(findings.stream().map(Finding::diagnostic).toList());
    };
  }

  private static List<Diagnostic> lint(String file, Console console)
      throws IOException, CommandException {
    SourceFile source = DockerfileReader.read(file, console);
    try {
      Dockerfile dockerfile = DockerfileParser.parse(source);
      CheckOptions options = CheckOptions.of(dockerfile, Map.of());
      CheckContext context = CheckContext.ofFileAlone(platformArgs(), LintCommand::isImageName);
      return BuildChecks.run(dockerfile, options, context);
    } catch (DockerfileException e) {
      return e.diagnostics();
    }
  }

  private static boolean isImageName(String text) {
    try {
      ImageReference.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** BUILDPLATFORM and its kin, for this machine. */
  private static Map<String, String> platformArgs() {
    Platform host = Platform.host();
    Map<String, String> args = new LinkedHashMap<>();
    for (String side : List.of("BUILD", "TARGET")) {
      args.put(side + "PLATFORM", host.toString());
      args.put(side + "OS", host.os());
      args.put(side + "ARCH", host.architecture());
      args.put(side + "VARIANT", host.variant().orElse(""));
    }
    return args;
  }
}
