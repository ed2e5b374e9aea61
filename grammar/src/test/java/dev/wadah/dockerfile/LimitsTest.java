package dev.wadah.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wadah.dockerfile.expand.ExpansionException;
import dev.wadah.dockerfile.expand.WordExpander;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sizes that no sane file has, and that must neither hang nor crash. */
@Timeout(30)
class LimitsTest {
  private static final String FROM = "FROM busybox\n";
  private static final WordExpander EXPANDER = WordExpander.withEscape('\\');

  private static Dockerfile parse(String text) throws DockerfileException {
    return DockerfileParser.parse(new SourceFile("Dockerfile", text));
  }

  private static DockerfileException error(String text) {
    return catchThrowableOfType(DockerfileException.class, () -> parse(text));
  }

  private static List<String> codes(String text) {
    return error(text).diagnostics().stream().map(Diagnostic::code).toList();
  }

  @Test
  void refusesALineOfAMegabyte() {
    DockerfileException thrown = error(FROM + "RUN " + "x".repeat(1 << 20) + "\nEXPOSE\n");
    assertThat(thrown.diagnostics())
        .extracting(Diagnostic::code)
        .containsExactly("line-too-long", "missing-argument");
    assertThat(thrown.diagnostics().get(0).span().orElseThrow().startLine()).isEqualTo(2);
  }

  @Test
  void acceptsTheLongestLineThatDockerAccepts() throws DockerfileException {
    String longest = "RUN " + "x".repeat(65_535 - 4);
    assertThat(parse(FROM + longest + "\n").stages()).hasSize(1);
    assertThat(codes(FROM + longest + "x\n")).containsExactly("line-too-long");
    assertThat(codes(FROM + "RUN " + "é".repeat(32_767) + "\n")).containsExactly("line-too-long");
  }

  @Test
  void refusesAFileOfSeventeenMegabytes() {
    String comment = "# " + "x".repeat(60_000) + "\n";
    assertThat(error(FROM + comment.repeat(300)).diagnostics())
        .extracting(Diagnostic::code)
        .containsExactly("file-too-large");
  }

  @Test
  void joinsContinuationsToALineOfAMegabyte() throws DockerfileException {
    String file = FROM + "RUN x" + ("x".repeat(1000) + "\\\n").repeat(1000) + "\n";
    Instruction.Run run = (Instruction.Run) parse(file).stages().get(0).instructions().get(0);
    assertThat(((Instruction.Command.Shell) run.command()).line()).hasSize(1_000_001);
  }

  @Test
  void readsTenThousandQuotes() throws DockerfileException {
    for (String line :
        List.of(
            "ENV A=" + "'\"".repeat(10_000),
            "LABEL " + "\"'".repeat(10_000) + "=x",
            "RUN " + "\"".repeat(10_001) + " <<EOF")) {
      List<Instruction> read = parse(FROM + line + "\n").stages().get(0).instructions();
      assertThat(read).as(line.substring(0, 5)).hasSize(1);
    }
    assertThat(codes(FROM + "COPY --chown=" + "'".repeat(10_001) + " a b\n"))
        .containsExactly("missing-argument");
  }

  @Test
  void readsAThousandStages() throws DockerfileException {
    StringBuilder file = new StringBuilder(FROM.replace("\n", " AS s0\n"));
    for (int i = 1; i < 1000; i++) {
      file.append("FROM s").append(i - 1).append(" AS s").append(i).append("\nRUN true\n");
    }
    assertThat(parse(file.toString()).stages()).hasSize(1000);
  }

  @Test
  void readsDeepArraysAsShellForm() throws DockerfileException {
    Dockerfile file = parse(FROM + "RUN " + "[".repeat(30_000) + "]".repeat(30_000) + "\n");
    Instruction.Run run = (Instruction.Run) file.stages().get(0).instructions().get(0);
    assertThat(run.command()).isInstanceOf(Instruction.Command.Shell.class);
  }

  @Test
  void readsABigArray() throws DockerfileException {
    Dockerfile file = parse(FROM + "CMD [\"a\"" + ", \"b\"".repeat(9000) + "]\n");
    Instruction.Cmd cmd = (Instruction.Cmd) file.stages().get(0).instructions().get(0);
    assertThat(((Instruction.Command.Exec) cmd.command()).arguments()).hasSize(9001);
  }

  @Test
  void stopsAtAHundredErrors() {
    assertThat(error(FROM + "BOGUS\n".repeat(5000)).diagnostics()).hasSize(100);
  }

  @Test
  void refusesVariablesThatAreNestedTooDeep() {
    String deep = "${a:-".repeat(100_000) + "x" + "}".repeat(100_000);
    ExpansionException thrown =
        catchThrowableOfType(ExpansionException.class, () -> EXPANDER.expand(deep, Map.of()));
    assertThat(thrown).hasMessageContaining("250");
  }

  @Test
  void expandsVariablesThatAreNestedAsDeepAsAllowed() throws ExpansionException {
    String deep = "${a:-".repeat(250) + "x" + "}".repeat(250);
    assertThat(EXPANDER.expand(deep, Map.of()).value()).isEqualTo("x");
  }

  @Test
  void doesNotBacktrackInPatterns() throws ExpansionException {
    Map<String, String> environment = Map.of("v", "a".repeat(50_000));
    String pattern = "*a".repeat(500) + "b";
    assertThat(EXPANDER.expand("${v//" + pattern + "/x}", environment).value()).hasSize(50_000);
    assertThat(EXPANDER.expand("${v##" + pattern + "}", environment).value()).hasSize(50_000);
  }

  @Test
  void stopsDoublingVariables() {
    Map<String, String> environment = new HashMap<>(Map.of("v", "x"));
    ExpansionException thrown =
        catchThrowableOfType(
            ExpansionException.class,
            () -> {
              for (int i = 0; i < 64; i++) {
                environment.put("v", EXPANDER.expand("$v$v", environment).value());
              }
            });
    assertThat(thrown).hasMessageContaining("longer than");
  }

  @Test
  void parsesAThousandInstructionsInMilliseconds() throws DockerfileException {
    StringBuilder text = new StringBuilder(FROM);
    String[] lines = {
      "RUN apt-get update && apt-get install -y curl git && rm -rf /var/lib/apt/lists/*\n",
      "COPY --from=0 --chown=1:2 a b c /dest/\n",
      "ENV PATH=/x:$PATH A=\"b c\" D=e\n",
      "CMD [\"a\", \"b c\", \"d\"]\n",
      "COPY <<EOF /x\nhello $A\nEOF\n",
      "RUN --mount=type=cache,target=/root/.cache,sharing=locked pip install -r x\n"
    };
    for (int i = 0; i < 999; i++) {
      text.append(lines[i % lines.length]);
    }
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 60; i++) {
      long start = System.nanoTime();
      parse(text.toString());
      best = Math.min(best, System.nanoTime() - start);
    }
    // About 3 ms on a quiet machine; the bound leaves room for a busy one.
    assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofMillis(20));
  }
}
