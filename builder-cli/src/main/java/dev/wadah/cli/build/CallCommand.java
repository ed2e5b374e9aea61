package dev.wadah.cli.build;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest;
import dev.wadah.build.Builder;
import dev.wadah.cli.Console;
import dev.wadah.cli.DiagnosticText;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.JsonText;
import dev.wadah.cli.UsageException;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Stage;
import dev.wadah.dockerfile.outline.Outline;
import dev.wadah.dockerfile.outline.Target;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** {@code build --call}: says something of a build instead of doing it. */
final class CallCommand {
  private final Builder builder;
  private final BuildRequest request;
  private final Console console;
  private final boolean json;

  private CallCommand(Builder builder, BuildRequest request, Console console, boolean json) {
    this.builder = builder;
    this.request = request;
    this.console = console;
    this.json = json;
  }

  /**
   * Answers a call.
   *
   * @param method {@code check}, {@code outline} or {@code targets}, with {@code ,format=json}
   */
  static int run(String method, Builder builder, BuildRequest request, Console console)
      throws UsageException, BuildException, IOException {
    Map<String, String> fields = Csv.pairs("--call", method);
    String name = fields.keySet().iterator().next();
    String format = fields.getOrDefault("format", "text");
    if (!List.of("text", "json").contains(format)) {
      throw new UsageException(
          "invalid format \"%s\" for --call".formatted(format), "it is text or json", "");
    }
    CallCommand call = new CallCommand(builder, request, console, format.equals("json"));
    return switch (name) {
      case "check", "lint" -> call.check();
      case "outline" -> call.outline();
      case "targets" -> call.targets();
      default ->
          throw new UsageException(
              "invalid method \"%s\" for --call".formatted(name),
              "it is check, outline or targets",
              "");
    };
  }

  private int check() throws BuildException, IOException {
    List<Diagnostic> findings = builder.check(request);
    PrintStream out = console.out();
    if (json) {
      out.println(JsonText.pretty(lintResults(findings), "  "));
    } else if (findings.isEmpty()) {
      out.println("Check complete, no warnings found.");
    } else {
      out.println(
          findings.size() == 1
              ? "Check complete, 1 warning has been found!"
              : "Check complete, %d warnings have been found!".formatted(findings.size()));
      for (Diagnostic finding : findings) {
        console.err().println();
        DiagnosticText.print(finding, console);
      }
    }
    return findings.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  /** BuildKit's lint.LintResults. */
  private static Map<String, Object> lintResults(List<Diagnostic> findings) {
    List<Object> warnings = new ArrayList<>();
    for (Diagnostic finding : findings) {
      Map<String, Object> warning = new LinkedHashMap<>();
      warning.put("ruleName", finding.code());
      warning.put("description", finding.why());
      warning.put("url", finding.url());
      warning.put("detail", finding.message());
      finding.span().ifPresent(span -> warning.put("location", location(span)));
      warnings.add(warning);
    }
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("warnings", warnings);
    return results;
  }

  /** BuildKit counts columns from 0. */
  private static Map<String, Object> location(Span span) {
    Map<String, Object> range = new LinkedHashMap<>();
    range.put("start", position(span.startLine(), span.startColumn() - 1));
    range.put("end", position(span.endLine(), span.endColumn() - 1));
    return Map.of("ranges", List.of(range));
  }

  private static Map<String, Object> position(int line, int character) {
    Map<String, Object> position = new LinkedHashMap<>();
    position.put("line", line);
    position.put("character", character);
    return position;
  }

  private int targets() throws BuildException, IOException {
    List<Target> targets = Target.of(builder.read(request));
    List<Object> views = new ArrayList<>();
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"TARGET", "DESCRIPTION"});
    for (Target target : targets) {
      Map<String, Object> view = new LinkedHashMap<>();
      target.name().ifPresent(n -> view.put("name", n));
      if (target.isDefault()) {
        view.put("default", true);
      }
      target.description().ifPresent(d -> view.put("description", d));
      view.put("base", target.base());
      target.platform().ifPresent(p -> view.put("platform", p));
      views.add(view);
      String name = target.name().orElse("<stage without a name>");
      rows.add(
          new String[] {
            target.isDefault() ? name + " (default)" : name, target.description().orElse("")
          });
    }
    print(Map.of("targets", views), rows);
    return ExitCode.OK;
  }

  private int outline() throws BuildException, IOException {
    Dockerfile file = builder.read(request);
    Outline outline = Outline.of(file, stage(file), request.target().buildArgs(), Map.of());
    Map<String, Object> view = new LinkedHashMap<>();
    List<String[]> rows = new ArrayList<>();
    outline.target().ifPresent(n -> view.put("name", n));
    outline.description().ifPresent(d -> view.put("description", d));
    rows.add(new String[] {"TARGET:", outline.target().orElse("<stage without a name>")});
    outline.description().ifPresent(d -> rows.add(new String[] {"DESCRIPTION:", d}));
    addArgs(outline, view, rows);
    add(
        "secrets",
        "SECRET",
        outline.secrets().stream().map(Outline.Secret::id).toList(),
        view,
        rows);
    add("ssh", "SSH", outline.sshAgents().stream().map(Outline.SshAgent::id).toList(), view, rows);
    add(
        "cache",
        "CACHE MOUNT",
        outline.cacheMounts().stream().map(Outline.CacheMount::id).toList(),
        view,
        rows);
    print(view, rows);
    return ExitCode.OK;
  }

  private static void addArgs(Outline outline, Map<String, Object> view, List<String[]> rows) {
    List<Object> args = new ArrayList<>();
    if (!outline.args().isEmpty()) {
      rows.add(new String[] {""});
      rows.add(new String[] {"BUILD ARG", "VALUE", "DESCRIPTION"});
    }
    for (Outline.Arg arg : outline.args()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("name", arg.name());
      arg.value().ifPresent(v -> one.put("value", v));
      arg.description().ifPresent(d -> one.put("description", d));
      args.add(one);
      rows.add(new String[] {arg.name(), arg.value().orElse(""), arg.description().orElse("")});
    }
    if (!args.isEmpty()) {
      view.put("args", args);
    }
  }

  private static void add(
      String key, String heading, List<String> ids, Map<String, Object> view, List<String[]> rows) {
    if (ids.isEmpty()) {
      return;
    }
    view.put(key, ids.stream().map(id -> (Object) Map.of("name", id)).toList());
    rows.add(new String[] {""});
    rows.add(new String[] {heading});
    ids.forEach(id -> rows.add(new String[] {id}));
  }

  private Stage stage(Dockerfile file) throws BuildException {
    Optional<String> wanted = request.target().stage().map(n -> n.toLowerCase(Locale.ROOT));
    if (wanted.isEmpty()) {
      return file.stages().get(file.stages().size() - 1);
    }
    return file.stages().stream()
        .filter(stage -> stage.name().equals(wanted))
        .findFirst()
        .orElseThrow(() -> noSuchStage(wanted.get(), file));
  }

  private static BuildException noSuchStage(String name, Dockerfile file) {
    return new BuildException(
        List.of(
            new Diagnostic(
                "unknown-target",
                Diagnostic.Severity.ERROR,
                "target stage \"%s\" could not be found".formatted(name),
                Optional.of(file.source()),
                Optional.empty(),
                "",
                "--call targets lists all",
                "")));
  }

  private void print(Map<String, Object> view, List<String[]> rows) {
    if (json) {
      console.out().println(JsonText.pretty(view, "  "));
      return;
    }
    int width = rows.stream().mapToInt(row -> row[0].length()).max().orElse(0) + 3;
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length - 1; i++) {
        line.append(row[i]).append(" ".repeat(Math.max(3, width - row[i].length())));
      }
      console.out().println(line.append(row[row.length - 1]).toString().stripTrailing());
    }
  }
}
