package dev.wadah.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.SourceFile;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code # syntax=} and its other spellings, each tried with Docker as well. */
class FrontendTest {
  private static List<Diagnostic> errors(String text, Map<String, String> buildArgs)
      throws IOException {
    DockerfileLint.Subject subject =
        new DockerfileLint.Subject(
            new SourceFile("Dockerfile", text), Optional.empty(), Optional.empty());
    return DockerfileLint.check(
            subject, new DockerfileLint.Build(buildArgs, Optional.empty()), Set.of())
        .errors();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "# syntax=r2d2/x\nFROM scratch\n",
        "#syntax = r2d2/x  \napiVersion: v1\n",
        "\ufeff# syntax=r2d2/x\nFROM scratch\n",
        "# escape=q\n# syntax=r2d2/x\nFROM scratch\n",
        "#!/bin/x\n# syntax=r2d2/x\nFROM scratch\n",
        "#!/bin/x\n# escape=`\n# syntax=r2d2/x\nFROM scratch\n",
        "// syntax=r2d2/x\n{\"a\":1}\n",
        "#!/x\n// syntax=r2d2/x\nlet a\n",
        "{\"syntax\":\"r2d2/x\"}",
        " \n{\"a\":\"b\", \"syntax\":\"r2d2/x\"}\n "
      })
  void refusesAForeignFrontEnd(String text) throws IOException {
    List<Diagnostic> errors = errors(text, Map.of());

    assertThat(errors)
        .extracting(Diagnostic::message)
        .containsExactly("the front end \"r2d2/x\" cannot be used");
    assertThat(errors.get(0).why()).isNotEmpty();
    assertThat(errors.get(0).remedy()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "# foo=bar\n# syntax=r2d2/x\nFROM scratch\n",
        "\n# syntax=r2d2/x\nFROM scratch\n",
        "# comment\n# syntax=r2d2/x\nFROM scratch\n",
        "# syntax=docker/dockerfile:1.7-labs\nFROM scratch\n",
        "# syntax=docker.io/docker/dockerfile-upstream:master\nFROM scratch\n",
        "#!/x\n# syntax=docker/dockerfile:1\nFROM scratch\n"
      })
  void readsWhatNamesNoneOrDockers(String text) throws IOException {
    assertThat(errors(text, Map.of())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "// foo=bar\n// syntax=r2d2/x\n",
        "{\"syntax\":\"r2d2/x\", \"a\":1}\n",
        "{\"syntax\":\"r2d2/x\"} trailing",
        "{\"Syntax\":\"r2d2/x\"}",
        "{\"syntax\":5}",
        "{\"syntax\"",
        "// syntax=docker/dockerfile:1\nx\n"
      })
  void takesOtherTextsForDockerfilesWithMistakes(String text) throws IOException {
    assertThat(errors(text, Map.of()))
        .isNotEmpty()
        .extracting(Diagnostic::code)
        .containsOnly("unknown-instruction");
  }

  @Test
  void obeysTheBuildArgument() throws IOException {
    Map<String, String> foreign = Map.of("BUILDKIT_SYNTAX", "r2d2/y");
    for (String text :
        List.of("FROM scratch\n", "# syntax=docker/dockerfile:1\nFROM scratch\n", "x")) {
      assertThat(errors(text, foreign))
          .extracting(Diagnostic::message)
          .containsExactly("the front end \"r2d2/y\" cannot be used");
    }
    Map<String, String> own = Map.of("BUILDKIT_SYNTAX", "docker/dockerfile:1");
    assertThat(errors("# syntax=r2d2/x\nFROM scratch\n", own)).isEmpty();
  }
}
