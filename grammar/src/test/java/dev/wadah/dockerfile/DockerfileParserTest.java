package dev.wadah.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wadah.dockerfile.AstPrinter.Spans;
import dev.wadah.dockerfile.DiagnosticRenderer.Colour;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DockerfileParserTest {
  private static final String ACCEPTED = "dockerfiles/accepted";
  private static final String REJECTED = "dockerfiles/rejected";

  static List<String> accepted() {
    return TestFolders.cases(ACCEPTED);
  }

  static List<String> rejected() {
    return TestFolders.cases(REJECTED);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("accepted")
  void buildsTheTreeOfWhatDockerAccepts(String name) throws DockerfileException {
    Dockerfile file = DockerfileParser.parse(TestFolders.dockerfile(ACCEPTED, name));
    TestFolders.assertGolden(
        TestFolders.file(ACCEPTED, name, "ast.txt"), AstPrinter.print(file, Spans.SHOWN));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rejected")
  void explainsWhatDockerRejects(String name) {
    SourceFile source = TestFolders.dockerfile(REJECTED, name);
    DockerfileException thrown =
        catchThrowableOfType(DockerfileException.class, () -> DockerfileParser.parse(source));
    assertThat(thrown).as("accepted").isNotNull();
    assertThat(thrown.diagnostics()).isNotEmpty();
    for (Diagnostic diagnostic : thrown.diagnostics()) {
      assertThat(diagnostic.severity()).isEqualTo(Diagnostic.Severity.ERROR);
      assertThat(diagnostic.remedy()).as("what to do").isNotEmpty();
      assertThat(diagnostic.code()).matches("[a-z]+(-[a-z]+)*");
      Span span = diagnostic.span().orElseThrow();
      assertThat(source.line(span.startLine())).isPresent();
    }
    TestFolders.assertGolden(
        TestFolders.file(REJECTED, name, "error.txt"),
        DiagnosticRenderer.of(Colour.NEVER).render(thrown.diagnostics()));
  }

  @Test
  void hasManyRejectedFilesBecauseTheyShowTheMessages() {
    assertThat(rejected()).hasSizeGreaterThan(250);
    assertThat(accepted()).hasSizeGreaterThan(70);
  }

  @Test
  void reportsEveryErrorInTheOrderOfTheFile() {
    SourceFile source = TestFolders.dockerfile(REJECTED, "file/many-mistakes");
    DockerfileException thrown =
        catchThrowableOfType(DockerfileException.class, () -> DockerfileParser.parse(source));
    List<Integer> lines =
        thrown.diagnostics().stream().map(d -> d.span().orElseThrow().startLine()).toList();
    assertThat(lines).isSorted().contains(1, 2, 3, 4, 5, 6, 7, 8);
  }

  @Test
  void readsATriggerWithItsHeredoc() throws DockerfileException {
    Instruction trigger = DockerfileParser.parseTrigger("RUN <<EOF\necho 1\nEOF", "base:1");
    assertThat(trigger).isInstanceOf(Instruction.Run.class);
    assertThat(((Instruction.Run) trigger).heredocs())
        .singleElement()
        .satisfies(heredoc -> assertThat(heredoc.body()).isEqualTo("echo 1\n"));
  }

  @Test
  void readsBackTheTriggerThatItStored() throws DockerfileException {
    String file = "FROM a\nONBUILD COPY <<-A /f\n\tx\n\tA\n";
    Dockerfile parsed = DockerfileParser.parse(new SourceFile("Dockerfile", file));
    Instruction.OnBuild onBuild =
        (Instruction.OnBuild) parsed.stages().get(0).instructions().get(0);
    Instruction again = DockerfileParser.parseTrigger(onBuild.trigger(), "base");
    assertThat(AstPrinter.print(again, Spans.HIDDEN))
        .isEqualTo(AstPrinter.print(onBuild.instruction().orElseThrow(), Spans.HIDDEN));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FROM x",
        "ONBUILD RUN x",
        "MAINTAINER me",
        "RUN a\nRUN b",
        "BOGUS x",
        "",
        "# only a comment",
        "COPY a"
      })
  void refusesWhatIsNoTrigger(String trigger) {
    assertThatThrownBy(() -> DockerfileParser.parseTrigger(trigger, "base:1"))
        .isInstanceOf(DockerfileException.class);
  }

  @Test
  void findsTheCommentsAboveALine() throws DockerfileException {
    Dockerfile file =
        DockerfileParser.parse(
            new SourceFile("Dockerfile", "# a\n\n# b\n# c\nFROM x\n#\n# d\nRUN y\n"));
    assertThat(file.commentsAbove(5)).containsExactly("b", "c");
    assertThat(file.commentsAbove(8)).containsExactly("d");
    assertThat(file.commentsAbove(2)).containsExactly("a");
    assertThat(file.commentsAbove(1)).isEmpty();
  }
}
