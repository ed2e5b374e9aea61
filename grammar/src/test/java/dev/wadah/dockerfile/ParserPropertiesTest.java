package dev.wadah.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.dockerfile.AstPrinter.Spans;
import dev.wadah.dockerfile.check.BuildChecks;
import dev.wadah.dockerfile.check.CheckContext;
import dev.wadah.dockerfile.check.CheckOptions;
import dev.wadah.dockerfile.format.Formatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** No text crashes or hangs the parser, and whatever it accepts survives formatting. */
class ParserPropertiesTest {
  private static final List<String> PIECES =
      List.of(
          "FROM",
          "busybox",
          " AS ",
          "x",
          "RUN ",
          "COPY ",
          "ADD ",
          "ENV ",
          "ARG ",
          "LABEL ",
          "CMD ",
          "ENTRYPOINT ",
          "HEALTHCHECK ",
          "ONBUILD ",
          "EXPOSE ",
          "VOLUME ",
          "SHELL ",
          "USER ",
          "WORKDIR ",
          "STOPSIGNAL ",
          "MAINTAINER ",
          "run ",
          "# escape=`",
          "# syntax=x",
          "# check=skip=all",
          "#!/x",
          "#",
          " ",
          "  ",
          "\t",
          "\n",
          "\n",
          "\n",
          "\n",
          "\r\n",
          "\\",
          "\\\n",
          "`",
          "`\n",
          "\\ \n",
          "\"",
          "'",
          "[",
          "]",
          ",",
          "[\"a\", \"b\"]",
          "{",
          "}",
          "1",
          "null",
          "=",
          "A=1",
          "B=\"x y\"",
          "$X",
          "${X:-",
          "${",
          "--",
          "--mount=type=cache,target=/x",
          "--link",
          "--from=x",
          "--chown=",
          "<<EOF",
          "<<-EOF",
          "<<\"E F\"",
          "EOF\n",
          "\tEOF\n",
          "é",
          "\uD83D",
          "\u00A0",
          "\u0000",
          "\uFEFF",
          "NONE",
          "a b /c");

  @Provide
  Arbitrary<String> dockerfiles() {
    return Arbitraries.of(PIECES).list().ofMaxSize(40).map(pieces -> String.join("", pieces));
  }

  private static final List<String> HEADS =
      List.of(
          "#!/x\n",
          " #!/x\n",
          "\n",
          " \n",
          "\uFEFF",
          "#\n",
          "# a = b\n",
          " # escape = `\n",
          "#escape=\\\n",
          "# check=skip=all\n",
          "#  CHECK=error=true \r\n",
          "# syntax=docker/dockerfile:1\n",
          "# comment\n");

  @Provide
  Arbitrary<String> files() {
    Arbitrary<String> heads =
        Arbitraries.of(HEADS).list().ofMaxSize(5).map(lines -> String.join("", lines));
    return Combinators.combine(heads, dockerfiles()).as((head, rest) -> head + "FROM a\n" + rest);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().ofMaxLength(300);
  }

  private static Optional<Dockerfile> parse(String text) {
    try {
      return Optional.of(DockerfileParser.parse(new SourceFile("Dockerfile", text)));
    } catch (DockerfileException e) {
      assertThat(e.diagnostics()).isNotEmpty();
      assertThat(DiagnosticRenderer.of(DiagnosticRenderer.Colour.NEVER).render(e.diagnostics()))
          .contains("error:");
      return Optional.empty();
    }
  }

  @Property(tries = 2000)
  void acceptsOrExplainsAnyText(@ForAll("texts") String text) {
    parse(text).ifPresent(file -> assertThat(file.stages()).isNotEmpty());
  }

  @Property(tries = 4000)
  void acceptsOrExplainsAnyMixOfPieces(@ForAll("dockerfiles") String text) {
    parse("FROM a\n" + text).ifPresent(file -> assertThat(file.stages()).isNotEmpty());
  }

  @Property(tries = 4000)
  void formatsWithoutChangingTheMeaning(@ForAll("files") String text) throws DockerfileException {
    Optional<Dockerfile> file = parse(text);
    if (file.isEmpty()) {
      return;
    }
    String once = Formatter.format(file.get());
    Dockerfile again = DockerfileParser.parse(new SourceFile("Dockerfile", once));
    assertThat(meaning(again)).isEqualTo(meaning(file.get()));
    assertThat(Formatter.format(again)).isEqualTo(once);
  }

  @Property(tries = 2000)
  void checksWhateverIsAccepted(@ForAll("dockerfiles") String text) {
    Optional<Dockerfile> file = parse("FROM a\n" + text);
    if (file.isEmpty()) {
      return;
    }
    CheckContext context = CheckContext.ofFileAlone(Map.of(), name -> !name.isEmpty());
    for (Diagnostic finding : BuildChecks.run(file.get(), CheckOptions.defaults(), context)) {
      assertThat(finding.severity()).isEqualTo(Diagnostic.Severity.WARNING);
      assertThat(finding.span()).isPresent();
    }
  }

  @Property(tries = 2000)
  void readsTheSameWithEitherLineEnd(@ForAll("dockerfiles") String text) {
    String unix = "FROM a\n" + text.replace("\r", "").replace("<<", "< ");
    Optional<Dockerfile> first = parse(unix);
    Optional<Dockerfile> second = parse(unix.replace("\n", "\r\n"));
    assertThat(second.map(f -> AstPrinter.print(f, Spans.SHOWN)))
        .isEqualTo(first.map(f -> AstPrinter.print(f, Spans.SHOWN)));
  }

  private static String meaning(Dockerfile file) {
    StringBuilder out = new StringBuilder().append(file.escape());
    file.directives().forEach(d -> out.append(d.key()).append('=').append(d.value()).append('\n'));
    file.comments().forEach(c -> out.append(c.text()).append('\n'));
    for (Stage stage : file.stages()) {
      out.append(AstPrinter.print(stage.from(), Spans.HIDDEN));
      stage.instructions().forEach(i -> out.append(AstPrinter.print(i, Spans.HIDDEN)));
    }
    return out.toString();
  }
}
