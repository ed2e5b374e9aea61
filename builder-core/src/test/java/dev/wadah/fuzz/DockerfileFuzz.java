package dev.wadah.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.CheckReport;
import dev.wadah.build.DockerfileLint;
import dev.wadah.dockerfile.AstPrinter;
import dev.wadah.dockerfile.AstPrinter.Spans;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.DiagnosticRenderer;
import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.DockerfileParser;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.Stage;
import dev.wadah.dockerfile.expand.ExpansionException;
import dev.wadah.dockerfile.expand.WordExpander;
import dev.wadah.dockerfile.format.Formatter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Dockerfiles of the corpus, spoilt: parsed, planned, checked, formatted; and words, expanded. */
class DockerfileFuzz {
  private static final DiagnosticRenderer RENDERER =
      DiagnosticRenderer.of(DiagnosticRenderer.Colour.ALWAYS);

  @Test
  void dockerfiles() throws Exception {
    List<String> seeds =
        new ArrayList<>(Mutations.files("dockerfiles", name -> name.equals("Dockerfile")));
    seeds.addAll(Mutations.files("conformance/cases", name -> name.contains("Dockerfile")));
    Mutations mutations = new Mutations(seeds);
    LongRun.run("dockerfiles", random -> dockerfile(mutations.next(random)));
  }

  private static void dockerfile(String text) throws IOException {
    SourceFile source = new SourceFile("Dockerfile", text);
    Dockerfile file;
    try {
      file = DockerfileParser.parse(source);
    } catch (DockerfileException e) {
      assertThat(e.diagnostics()).isNotEmpty();
      assertThat(RENDERER.render(e.diagnostics())).contains("error");
      return;
    }
    CheckReport report =
        DockerfileLint.check(
            new DockerfileLint.Subject(source, Optional.empty(), Optional.empty()),
            new DockerfileLint.Build(Map.of(), Optional.empty()),
            Set.of());
    for (Diagnostic finding : report.findings()) {
      assertThat(finding.span()).isPresent();
    }
    RENDERER.render(report.findings());
    RENDERER.render(report.errors());
    formatted(file);
  }

  private static void formatted(Dockerfile file) {
    String once = Formatter.format(file);
    try {
      Dockerfile again = DockerfileParser.parse(new SourceFile("Dockerfile", once));
      assertThat(meaning(again)).isEqualTo(meaning(file));
      assertThat(Formatter.format(again)).isEqualTo(once);
    } catch (DockerfileException e) {
      throw new AssertionError("no longer a Dockerfile:\n" + once, e);
    }
  }

  private static String meaning(Dockerfile file) {
    StringBuilder out = new StringBuilder();
    file.directives().forEach(d -> out.append(d.key()).append('=').append(d.value()).append('\n'));
    file.comments().forEach(c -> out.append(c.text()).append('\n'));
    List<Instruction> all = new ArrayList<>(file.globalArgs());
    for (Stage stage : file.stages()) {
      out.append(stage.description()).append('\n');
      all.add(stage.from());
      all.addAll(stage.instructions());
    }
    all.forEach(i -> out.append(AstPrinter.print(i, Spans.HIDDEN)));
    return out.toString();
  }

  @Test
  void words() throws Exception {
    List<String> lines = new ArrayList<>();
    for (String text : Mutations.files("expand", name -> name.endsWith(".txt"))) {
      text.lines().forEach(lines::add);
    }
    Mutations mutations = new Mutations(lines);
    LongRun.run("words", random -> word(mutations.next(random), random));
  }

  private static void word(String text, Random random) {
    WordExpander expander = WordExpander.withEscape(random.nextBoolean() ? '\\' : '`');
    Map<String, String> environment =
        Map.of("foo", "bar", "empty", "", "w", "a b", "g", "a*b?c", "u", "h\u00e9llo\uD83D\uDC33");
    try {
      expander.expand(text, environment);
      expander.expandToWords(text, environment);
      expander.expandHeredoc(text, environment);
    } catch (ExpansionException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
