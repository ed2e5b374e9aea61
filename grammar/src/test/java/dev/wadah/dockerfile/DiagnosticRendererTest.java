package dev.wadah.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.dockerfile.DiagnosticRenderer.Colour;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DiagnosticRendererTest {
  private static final DiagnosticRenderer PLAIN = DiagnosticRenderer.of(Colour.NEVER);

  private static Diagnostic at(String text, Span span) {
    return Diagnostic.error(
        "unknown-stage",
        "no stage or image named \"bulid\"",
        new SourceFile("Dockerfile", text),
        span,
        "--from names an earlier stage, a named context or an image",
        "did you mean \"build\" (line 1)?");
  }

  @Test
  void showsWhereWhatWhyAndWhatToDo() {
    String text =
        "FROM a AS build\n\n\n\n\nWORKDIR /app\nCOPY --from=bulid /out/app.jar /app.jar\n";
    assertThat(PLAIN.render(at(text, new Span(7, 13, 7, 18))))
        .isEqualTo(
            """
            Dockerfile:7:13: error: no stage or image named "bulid"  [unknown-stage]
               6 | WORKDIR /app
               7 | COPY --from=bulid /out/app.jar /app.jar
                 |             ^^^^^
            why:  --from names an earlier stage, a named context or an image
            try:  did you mean "build" (line 1)?
            """);
  }

  @Test
  void alignsTheCaretUnderTabsAndWideCharacters() {
    assertThat(PLAIN.render(at("\tRUN \uD83D\uDC33 x\n", new Span(1, 9, 1, 10))))
        .contains("   1 | \tRUN \uD83D\uDC33 x\n     | \t      ^\n");
  }

  @Test
  void putsTheCaretBehindTheLineWhenSomethingIsMissing() {
    assertThat(PLAIN.render(at("COPY\n", new Span(1, 5, 1, 5))))
        .contains("   1 | COPY\n     |     ^\n");
  }

  @Test
  void underlinesTheFirstLineOfAnErrorOverSeveral() {
    assertThat(PLAIN.render(at("ENV A \\\n  B\n", new Span(1, 5, 2, 4))))
        .contains("   1 | ENV A \\\n     |     ^^^\n");
  }

  @Test
  void cutsLongLinesAroundThePlace() {
    String text = "x".repeat(5000) + "BAD" + "y".repeat(5000);
    String rendered = PLAIN.render(at(text, new Span(1, 5001, 1, 5004)));
    String[] lines = rendered.split("\n", -1);
    assertThat(lines[1]).hasSizeLessThan(180).contains("BAD").endsWith("…");
    assertThat(lines[1].indexOf("BAD")).isEqualTo(lines[2].indexOf("^^^"));
  }

  @Test
  void hidesControlCharacters() {
    assertThat(PLAIN.render(at("\u001B[31mx\u0007\n", new Span(1, 1, 1, 2))))
        .doesNotContain("\u001B", "\u0007");
  }

  @Test
  void alignsLineNumbersOfDifferentLength() {
    assertThat(PLAIN.render(at("\n".repeat(9) + "RUN x\n", new Span(10, 1, 10, 4))))
        .contains("   9 | \n  10 | RUN x\n     | ^^^\n");
  }

  @Test
  void paintsOnRequest() {
    assertThat(DiagnosticRenderer.of(Colour.ALWAYS).render(at("x\n", new Span(1, 1, 1, 2))))
        .contains("\u001B[1;31merror:\u001B[0m");
  }

  @Test
  void needsNeitherSourceNorSpan() {
    Diagnostic bare =
        new Diagnostic(
            "x-y",
            Diagnostic.Severity.WARNING,
            "odd",
            Optional.empty(),
            Optional.empty(),
            "",
            "",
            "https://example.invalid/");
    assertThat(PLAIN.render(List.of(bare, bare)))
        .isEqualTo(
            """
            warning: odd  [x-y]
            see:  https://example.invalid/

            warning: odd  [x-y]
            see:  https://example.invalid/
            """);
  }
}
