package dev.wadah.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PreparationTest {
  private static final SourceFile FILE =
      new SourceFile("Dockerfile", "FROM a:1 AS b\nRUN echo a\nCOPY --from=b /a /b\n");

  @Test
  void changesNothingButTheTimeOfTheFirstParse() throws DockerfileException {
    DockerfileParser.prepare();
    DockerfileParser.prepare(); // once is enough, and twice no harm
    Dockerfile dockerfile = DockerfileParser.parse(FILE);
    assertThat(dockerfile.stages()).hasSize(1);
    assertThat(AstPrinter.print(dockerfile, AstPrinter.Spans.SHOWN))
        .isEqualTo(AstPrinter.print(DockerfileParser.parse(FILE), AstPrinter.Spans.SHOWN))
        .contains("echo a");
  }

  @Test
  void leavesAnInterruptForTheCallerToSee() throws DockerfileException {
    DockerfileParser.prepare();
    Thread.currentThread().interrupt();
    try {
      assertThat(DockerfileParser.parse(FILE).stages()).hasSize(1);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
