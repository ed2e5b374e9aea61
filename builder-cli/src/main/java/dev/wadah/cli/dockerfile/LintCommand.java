package dev.wadah.cli.dockerfile;

import dev.wadah.build.CheckReport;
import dev.wadah.build.DockerfileLint;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.dockerfile.DiagnosticRenderer;
import dev.wadah.dockerfile.DiagnosticRenderer.Colour;
import dev.wadah.dockerfile.SourceFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code wadah lint}: the build checks over files, without base images. */
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
            "lint",
            "[FLAGS] [FILE...]",
            "Check Dockerfiles without looking at base images (\"wadah build --check\" does). Exit code"
                + " 1 if one cannot be built.")
        .value("FORMAT", "text, json, sarif, checkstyle or gitlab", "--format")
        .values("RULE", "Leave out this rule (may be repeated)", "--skip")
        .values("NAME=VALUE", "Set a build argument (may be repeated)", "--build-arg")
        .value("STAGE", "Check the stages that this one needs (default: all)", "--target")
        .value("DIR", "Folder whose .dockerignore counts (default: that of the file)", "--context")
        .flag("Exit code 1 for warnings as well", "--error")
        .arguments("FILE", "0..*", "Dockerfiles; - for standard input (default: Dockerfile)");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    String format =
        arguments.oneOf("format", "text", List.of("text", "json", "sarif", "checkstyle", "gitlab"));
    List<String> files =
        arguments.positional().isEmpty() ? List.of("Dockerfile") : arguments.positional();
    List<Finding> findings = new ArrayList<>();
    boolean failed = false;
    for (String file : files) {
      CheckReport report = lint(file, arguments, session);
      report.errors().forEach(error -> findings.add(new Finding(file, error)));
      report.findings().forEach(finding -> findings.add(new Finding(file, finding)));
      boolean strict = report.strict() || arguments.has("error");
      failed |= !report.errors().isEmpty() || (strict && !report.isClean());
    }
    session.console().out().print(report(format, findings));
    return failed ? ExitCode.FAILED : ExitCode.OK;
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

  private static CheckReport lint(String file, Arguments arguments, Session session)
      throws IOException, CommandException {
    SourceFile source = DockerfileReader.read(file, session.console());
    Optional<Path> path = file.equals("-") ? Optional.empty() : Optional.of(Path.of(file));
    Optional<Path> folder = path.map(p -> p.toAbsolutePath().normalize().getParent());
    return DockerfileLint.check(
        new DockerfileLint.Subject(
            source, path, arguments.value("context").map(Path::of).or(() -> folder)),
        new DockerfileLint.Build(
            buildArgs(arguments, session), arguments.value("target").filter(t -> !t.isEmpty())),
        new HashSet<>(arguments.values("skip")));
  }

  /** A name without a value takes it from the environment, as for a build. */
  private static Map<String, String> buildArgs(Arguments arguments, Session session) {
    Map<String, String> environment = session.console().environment();
    Map<String, String> buildArgs = new HashMap<>();
    for (String word : arguments.values("build-arg")) {
      int equals = word.indexOf('=');
      if (equals >= 0) {
        buildArgs.put(word.substring(0, equals), word.substring(equals + 1));
      } else if (environment.containsKey(word)) {
        buildArgs.put(word, environment.get(word));
      }
    }
    return buildArgs;
  }
}
