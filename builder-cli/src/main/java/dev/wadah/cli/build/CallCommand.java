package dev.wadah.cli.build;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest;
import dev.wadah.build.Builder;
import dev.wadah.build.CheckReport;
import dev.wadah.cli.Console;
import dev.wadah.cli.DiagnosticText;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.JsonText;
import dev.wadah.cli.UsageException;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.outline.Outline;
import dev.wadah.dockerfile.outline.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    CheckReport report = builder.check(request);
    if (json) {
      console.out().println(JsonText.pretty(lintResults(report), "  "));
      return report.isClean() ? ExitCode.OK : ExitCode.FAILED;
    }
    int count = report.findings().size();
    if (report.errors().isEmpty()) {
      console
          .out()
          .println(
              switch (count) {
                case 0 -> "Check complete, no warnings found.";
                case 1 -> "Check complete, 1 warning has been found!";
                default -> "Check complete, %d warnings have been found!".formatted(count);
              });
    }
    List<Diagnostic> all = new ArrayList<>(report.findings());
    all.addAll(report.errors());
    for (Diagnostic finding : all) {
      console.err().println();
      DiagnosticText.print(finding, console);
    }
    return report.isClean() ? ExitCode.OK : ExitCode.FAILED;
  }

  /** BuildKit's lint.LintResults. */
  private static Map<String, Object> lintResults(CheckReport report) {
    List<Object> warnings = new ArrayList<>();
    for (Diagnostic finding : report.findings()) {
      Map<String, Object> warning = new LinkedHashMap<>();
      warning.put("ruleName", finding.code());
      warning.put("description", finding.why());
      warning.put("url", finding.url());
      warning.put("detail", finding.message());
      finding.span().ifPresent(span -> warning.put("location", location(span)));
      warnings.add(warning);
    }
    Map<String, Object> source = new LinkedHashMap<>();
    source.put("filename", report.source().name());
    source.put("language", "Dockerfile");
    source.put(
        "data",
        Base64.getEncoder()
            .encodeToString(report.source().text().getBytes(StandardCharsets.UTF_8)));
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("warnings", warnings);
    results.put("sources", List.of(source));
    report.errors().stream()
        .findFirst()
        .ifPresent(error -> results.put("buildError", buildError(error)));
    return results;
  }

  private static Map<String, Object> buildError(Diagnostic error) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("message", error.message());
    error.span().ifPresent(span -> view.put("location", location(span)));
    return view;
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
    List<Target> targets = builder.targets(request);
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
    Outline outline = builder.outline(request);
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
