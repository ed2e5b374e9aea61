package dev.wadah.build.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.wadah.build.BuildException;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.DiagnosticRenderer;
import dev.wadah.dockerfile.DockerfileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Plans every folder of testdata/builds; {@code -Dgolden=update} rewrites what is expected. */
class PlannerTest {
  private static final Path CASES = Path.of(System.getProperty("wadah.testdata"), "builds");

  static Stream<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      return folders.map(f -> f.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void plansAsTheGoldenSays(String name) throws Exception {
    Path folder = CASES.resolve(name);
    Path plan = folder.resolve("plan.txt");
    Path error = folder.resolve("error.txt");
    String planned = null;
    String failed = null;
    try {
      planned = PlanText.of(new PlanCase(folder).plan());
    } catch (BuildException e) {
      failed = render(e.diagnostics());
    } catch (DockerfileException e) {
      failed = render(e.diagnostics());
    }
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(planned != null ? plan : error, planned != null ? planned : failed);
      Files.deleteIfExists(planned != null ? error : plan);
    } else if (Files.exists(plan)) {
      assertThat(planned).as(failed).isEqualTo(Files.readString(plan));
    } else if (Files.exists(error)) {
      assertThat(failed).isEqualTo(Files.readString(error));
    } else {
      fail("%s has neither plan.txt nor error.txt; run with -Dgolden=update", name);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void plansTheSameTwice(String name) throws Exception {
    Path folder = CASES.resolve(name);
    if (Files.exists(folder.resolve("plan.txt"))) {
      InstructionGraph first = new PlanCase(folder).plan();
      InstructionGraph second = new PlanCase(folder).plan();
      assertThat(second.vertices()).isEqualTo(first.vertices());
      assertThat(second.image()).isEqualTo(first.image());
    }
  }

  private static String render(List<Diagnostic> diagnostics) {
    return DiagnosticRenderer.of(DiagnosticRenderer.Colour.NEVER).render(diagnostics);
  }
}
