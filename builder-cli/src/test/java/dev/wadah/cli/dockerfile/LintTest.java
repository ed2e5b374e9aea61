package dev.wadah.cli.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wadah.cli.Cli;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** {@code wadah lint}: what it finds, how it ends, in which forms it prints. */
class LintTest {
  private static final String UNWISE = "FROM scratch AS Upper\nCOPY hidden /\nLABEL a=$NOPE\n";

  @TempDir Path folder;
  private Path file;
  private Cli cli;

  @BeforeEach
  void write() throws IOException {
    cli = Cli.over(folder.resolve("store"));
    file = folder.resolve("Dockerfile");
    Files.writeString(file, UNWISE);
    Files.writeString(folder.resolve(".dockerignore"), "hidden\n");
  }

  @Test
  void listsFindingsAsJson() throws IOException {
    Cli.Result result = cli.run("lint", "--format", "json", file.toString());

    JsonNode array = new ObjectMapper().readTree(result.out());
    assertThat(array)
        .extracting(n -> n.get("rule").asText() + " " + n.get("line").asInt())
        .containsExactly("StageNameCasing 1", "CopyIgnoredFile 2", "UndefinedVar 3");
    assertThat(array.get(0).get("level").asText()).isEqualTo("warning");
    assertThat(array.get(0).get("column").asInt()).isEqualTo(1);
    assertThat(array.get(0).get("message").asText())
        .isEqualTo("Stage name 'Upper' should be lowercase");
    assertThat(array.get(0).get("url").asText()).contains("stage-name-casing");
    assertThat(result.code()).isZero();
  }

  @Test
  void failsForFindingsOnlyWhenAskedTo() throws IOException {
    assertThat(cli.run("lint", "--error", file.toString()).code()).isEqualTo(1);
    Files.writeString(file, "# check=error=true\n" + UNWISE);
    assertThat(cli.run("lint", file.toString()).code()).isEqualTo(1);
    assertThat(
            cli.run(
                    "lint",
                    "--skip=StageNameCasing",
                    "--skip=CopyIgnoredFile",
                    "--skip=UndefinedVar",
                    file.toString())
                .code())
        .isZero();
  }

  @Test
  void callsAFileThatCannotBeReadOrPlannedAnError() throws IOException {
    for (String text : new String[] {"FRM scratch\n", "FROM scratch\nCOPY --from=9 a b\n"}) {
      Files.writeString(file, text);

      Cli.Result result = cli.run("lint", "--format", "json", file.toString());

      JsonNode array = new ObjectMapper().readTree(result.out());
      assertThat(array).extracting(n -> n.get("level").asText()).contains("error");
      assertThat(result.code()).isEqualTo(1);
    }
  }

  @Test
  void checksTheStagesOfATargetWithItsArguments() throws IOException {
    Files.writeString(
        file, "ARG V\nFROM scratch AS a\nWORKDIR rel\nFROM scratch$V AS b\nFROM scratch AS c\n");

    assertThat(cli.run("lint", file.toString()).out()).contains(":3:", "WorkdirRelativePath");
    assertThat(cli.run("lint", "--target", "A", file.toString()).out())
        .contains("WorkdirRelativePath");
    assertThat(cli.run("lint", "--target=b", file.toString()).out()).isEmpty();
    assertThat(cli.run("lint", "--build-arg", "V=", "--target=c", file.toString()).code()).isZero();
    Cli.Result none = cli.run("lint", "--target=d", "--format=json", file.toString());
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.out()).contains("target stage \\\"d\\\" could not be found");
    Files.writeString(file, "# check=error=true\nFROM scratch AS Upper\n");
    assertThat(
            cli.run("lint", "--build-arg=BUILDKIT_DOCKERFILE_CHECK=skip=all", file.toString())
                .code())
        .isZero();
  }

  @Test
  void readsStandardInputAndSeveralFiles() {
    byte[] text = "FROM scratch AS Other\n".getBytes(StandardCharsets.UTF_8);

    Cli.Result result = cli.reading(text).run("lint", "-", file.toString());

    assertThat(result.out()).contains("-:1:1: warning: Stage name 'Other'");
    assertThat(result.out()).contains(file + ":1:1: warning: Stage name 'Upper'");
  }

  @Test
  void writesTheFormsOfOtherTools() throws Exception {
    JsonNode sarif =
        new ObjectMapper().readTree(cli.run("lint", "--format", "sarif", file.toString()).out());
    assertThat(sarif.get("version").asText()).isEqualTo("2.1.0");
    JsonNode result = sarif.at("/runs/0/results/2");
    assertThat(result.get("ruleId").asText()).isEqualTo("UndefinedVar");
    assertThat(result.at("/locations/0/physicalLocation/region/startLine").asInt()).isEqualTo(3);
    assertThat(sarif.at("/runs/0/tool/driver/rules")).hasSize(3);

    String xml = cli.run("lint", "--format", "checkstyle", file.toString()).out();
    NodeList errors =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)))
            .getElementsByTagName("error");
    assertThat(errors.getLength()).isEqualTo(3);
    assertThat(((Element) errors.item(2)).getAttribute("source")).isEqualTo("UndefinedVar");

    JsonNode gitlab =
        new ObjectMapper().readTree(cli.run("lint", "--format", "gitlab", file.toString()).out());
    assertThat(gitlab).extracting(n -> n.get("fingerprint").asText()).doesNotHaveDuplicates();
    assertThat(gitlab.get(1).at("/location/lines/begin").asInt()).isEqualTo(2);
  }

  @Test
  void givesOtherToolsWhatTheirFormatsDemand() throws Exception {
    Path odd = Files.createDirectories(folder.resolve("a b")).resolve("D%f\u00fc");
    Files.writeString(odd, "FROM scratch\nENV A=$X B=$X\nONE\nTWO\n");
    Files.writeString(folder.resolve("fine"), "FROM scratch\nENV A=$X B=$X\n");
    String fine = folder.resolve("fine").toString();

    JsonNode run =
        new ObjectMapper()
            .readTree(cli.run("lint", "--format=sarif", odd.toString(), fine).out())
            .at("/runs/0");
    assertThat(run.get("columnKind").asText()).isEqualTo("utf16CodeUnits");
    assertThat(run.at("/tool/driver/rules"))
        .extracting(rule -> rule.get("id").asText())
        .containsExactly("unknown-instruction", "UndefinedVar");
    assertThat(run.at("/tool/driver/rules/1/shortDescription/text").asText()).isNotEmpty();
    String uri = run.at("/results/0/locations/0/physicalLocation/artifactLocation/uri").asText();
    assertThat(Path.of(java.net.URI.create(uri))).isEqualTo(odd);
    assertThat(uri).endsWith("/a%20b/D%25f%C3%BC");
    for (JsonNode result : run.get("results")) {
      JsonNode region = result.at("/locations/0/physicalLocation/region");
      assertThat(region.get("startLine").asInt()).isPositive();
      assertThat(region.get("startColumn").asInt()).isPositive();
      assertThat(result.get("level").asText()).isIn("warning", "error");
    }

    JsonNode entries = new ObjectMapper().readTree(cli.run("lint", "--format=gitlab", fine).out());
    assertThat(entries).hasSize(2);
    assertThat(entries)
        .extracting(n -> n.get("fingerprint").asText())
        .allMatch(f -> f.matches("[0-9a-f]{64}"))
        .doesNotHaveDuplicates();
    for (JsonNode entry : entries) {
      assertThat(entry.get("severity").asText())
          .isIn("info", "minor", "major", "critical", "blocker");
      assertThat(entry.get("description").asText()).isNotEmpty();
      assertThat(entry.get("check_name").asText()).isEqualTo("UndefinedVar");
    }
  }
}
