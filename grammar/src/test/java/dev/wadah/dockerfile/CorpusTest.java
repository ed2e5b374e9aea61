package dev.wadah.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.dockerfile.AstPrinter.Spans;
import dev.wadah.dockerfile.format.Formatter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold for every Dockerfile that is accepted. */
class CorpusTest {
  static List<String> files() {
    return TestFolders.acceptedDockerfiles();
  }

  private static Dockerfile parse(String text) throws DockerfileException {
    return DockerfileParser.parse(new SourceFile("Dockerfile", text));
  }

  private static List<Instruction> instructions(Dockerfile file) {
    List<Instruction> all = new ArrayList<>(file.globalArgs());
    for (Stage stage : file.stages()) {
      all.add(stage.from());
      all.addAll(stage.instructions());
    }
    return all;
  }

  private static String meaning(Dockerfile file) {
    StringBuilder out = new StringBuilder();
    file.directives().forEach(d -> out.append(d.key()).append('=').append(d.value()).append('\n'));
    instructions(file).forEach(i -> out.append(AstPrinter.print(i, Spans.HIDDEN)));
    file.stages().forEach(s -> out.append(s.description()).append('\n'));
    return out.toString();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void meansTheSameWithEitherLineEnd(String name) throws DockerfileException {
    String text = TestFolders.dockerfile("", name).text().replace("\r\n", "\n");
    if (text.contains("\r") || text.contains("<<")) {
      // A lone carriage return is a blank; here-documents keep their line ends.
      return;
    }
    Dockerfile unix = parse(text);
    Dockerfile windows = parse(text.replace("\n", "\r\n"));
    assertThat(AstPrinter.print(windows, Spans.SHOWN))
        .isEqualTo(AstPrinter.print(unix, Spans.SHOWN));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void meansTheSameWhenFormatted(String name) throws DockerfileException {
    Dockerfile file = parse(TestFolders.dockerfile("", name).text());
    assertThat(meaning(parse(Formatter.format(file)))).isEqualTo(meaning(file));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void staysTheSameWhenFormattedAgain(String name) throws DockerfileException {
    String once = Formatter.format(parse(TestFolders.dockerfile("", name).text()));
    assertThat(Formatter.format(parse(once))).isEqualTo(once);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void keepsCommentsWhenFormatted(String name) throws DockerfileException {
    Dockerfile file = parse(TestFolders.dockerfile("", name).text());
    List<String> before = file.comments().stream().map(Dockerfile.Comment::text).toList();
    List<String> after =
        parse(Formatter.format(file)).comments().stream().map(Dockerfile.Comment::text).toList();
    assertThat(after).isEqualTo(before);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void pointsAtTheWordsThatItRead(String name) throws DockerfileException {
    SourceFile source = TestFolders.dockerfile("", name);
    for (Instruction instruction : instructions(DockerfileParser.parse(source))) {
      Span span = instruction.span();
      String line = source.line(span.startLine()).orElseThrow();
      String start = line.substring(span.startColumn() - 1);
      String keyword = instruction.origin().keyword();
      assertThat(keyword.startsWith(start) || start.startsWith(keyword) || start.startsWith("RU\\"))
          .as("%s at %s", keyword, span)
          .isTrue();
      assertThat(span.endColumn() - 1)
          .isLessThanOrEqualTo(source.line(span.endLine()).orElseThrow().length());
      if (instruction instanceof Instruction.Env env) {
        env.pairs().forEach(pair -> assertSpan(source, pair.key()));
        env.pairs().forEach(pair -> assertSpan(source, pair.value()));
      } else if (instruction instanceof Instruction.Expose expose) {
        expose.ports().forEach(port -> assertSpan(source, port));
      } else if (instruction instanceof Instruction.From from) {
        assertSpan(source, from.image());
        from.as().ifPresent(as -> assertSpan(source, as));
      }
    }
  }

  private static void assertSpan(SourceFile source, Word word) {
    Span span = word.span();
    if (span.startLine() == span.endLine()) {
      String line = source.line(span.startLine()).orElseThrow();
      assertThat(line.substring(span.startColumn() - 1, span.endColumn() - 1))
          .isEqualTo(word.text());
    }
  }
}
