package dev.wadah.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildProgress.Outcome;
import dev.wadah.build.BuildProgress.VertexName;
import dev.wadah.cli.Cli;
import dev.wadah.cli.Console;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --profile}. */
class ProfiledBuildTest {
  /** Of the sums of times that are told in thousandths of a millisecond. */
  private static final double ROUNDING = 0.01;

  @TempDir Path folder;
  private Cli cli;
  private Path context;

  @BeforeEach
  void makeContext() throws IOException {
    cli = Cli.over(folder.resolve("store"));
    context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("words"), "a\n");
    write("FROM scratch\nCOPY words /words\nLABEL a=b\n");
  }

  private void write(String dockerfile) throws IOException {
    Files.writeString(context.resolve("Dockerfile"), dockerfile);
  }

  private JsonNode profile() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("p.json").toFile());
  }

  private static JsonNode vertex(JsonNode profile, String name) {
    for (JsonNode vertex : profile.get("vertices")) {
      if (vertex.get("name").asText().equals(name)) {
        return vertex;
      }
    }
    throw new AssertionError("no vertex " + name + " in " + profile.get("vertices"));
  }

  private Cli.Result build(String... words) {
    String[] all =
        Stream.of(Stream.of("build"), Stream.of(words), Stream.of(context.toString()))
            .flatMap(s -> s)
            .toArray(String[]::new);
    return cli.run(all);
  }

  @Test
  void tellsWhatEachVertexTookAndWhatFor() throws IOException {
    Cli.Result result = build("--profile", folder.resolve("p.json").toString());

    assertThat(result.code()).as(result.err()).isZero();
    JsonNode profile = profile();
    assertThat(profile.get("schemaVersion").asInt()).isEqualTo(1);
    assertThat(profile.get("phases").fieldNames())
        .toIterable()
        .containsExactly(
            "start", "open", "parse", "plan", "context", "lookup", "wait", "write", "export");
    JsonNode copy = vertex(profile, "[1/1] COPY words /words");
    assertThat(copy.get("outcome").asText()).isEqualTo("done");
    double took = copy.get("milliseconds").asDouble();
    double within = 0;
    for (JsonNode phase : copy.get("phases")) {
      within += phase.asDouble();
    }
    assertThat(within).isPositive().isLessThanOrEqualTo(took + ROUNDING);
    JsonNode export = vertex(profile, "exporting to image");
    assertThat(export.get("phases").get("export").asDouble())
        .isPositive()
        .isLessThanOrEqualTo(export.get("milliseconds").asDouble() + ROUNDING);
    assertThat(took).isLessThan(profile.get("milliseconds").asDouble());
  }

  @Test
  void isATraceForChrome() throws IOException {
    build("--profile", folder.resolve("p.json").toString());

    // Perfetto reads members until it meets one that the format does not name.
    assertThat(profile().fieldNames().next()).isEqualTo("traceEvents");
    JsonNode events = profile().get("traceEvents");
    JsonNode process = events.get(0);
    assertThat(process.get("ph").asText()).isEqualTo("M");
    assertThat(process.get("args").get("name").asText()).isEqualTo("wadah build");
    Map<Long, List<double[]>> rows = new HashMap<>();
    for (int i = 1; i < events.size(); i++) {
      JsonNode event = events.get(i);
      assertThat(event.get("ph").asText()).isEqualTo("X");
      assertThat(event.get("pid").asLong()).isEqualTo(process.get("pid").asLong());
      assertThat(event.get("ts").asDouble()).isGreaterThanOrEqualTo(0);
      double start = event.get("ts").asDouble();
      rows.computeIfAbsent(event.get("tid").asLong(), tid -> new ArrayList<>())
          .add(new double[] {start, start + event.get("dur").asDouble()});
    }
    rows.values().forEach(ProfiledBuildTest::assertNested);
    assertThat(events.findValuesAsText("name"))
        .contains("parse")
        .containsAll(profile().get("vertices").findValuesAsText("name"));
  }

  /**
   * Complete events of one row may lie in each other, but not cross; 0.01 microseconds for
   * rounding.
   */
  private static void assertNested(List<double[]> row) {
    for (double[] one : row) {
      for (double[] other : row) {
        assertThat(one[0] < other[0] && other[0] < one[1] - 0.01 && one[1] + 0.01 < other[1])
            .as("%f to %f crosses %f to %f", one[0], one[1], other[0], other[1])
            .isFalse();
      }
    }
  }

  @Test
  void tellsOfAHitAndOfAFailure() throws IOException {
    build();
    build("--profile", folder.resolve("p.json").toString());
    assertThat(profile().get("vertices").findValuesAsText("outcome")).contains("cached");

    write("FROM scratch\nCOPY nothing /\n");
    Cli.Result failed = build("--profile", folder.resolve("p.json").toString());

    assertThat(failed.code()).isEqualTo(1);
    assertThat(profile().get("vertices").findValuesAsText("outcome")).contains("failed");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("store", "context", "p.json");
    }
  }

  /** Looking for a base in vain is often what took so long. */
  @Test
  void tellsWhatTimeWentIntoWhatFailed() throws IOException {
    write("FROM oci-layout://" + folder.resolve("nowhere") + "\n");

    Cli.Result failed = build("--profile", folder.resolve("p.json").toString());

    assertThat(failed.code()).isEqualTo(1);
    assertThat(profile().get("phases").fieldNames())
        .toIterable()
        .containsExactly("start", "open", "parse", "plan", "pull");
  }

  @Test
  void tellsHowLongTheSourceOfAnAddWasFetched() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/file",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    String add = "ADD http://127.0.0.1:" + server.getAddress().getPort() + "/file /";
    try {
      write("FROM scratch\n" + add + "\n");
      Cli.Result result = build("--profile", folder.resolve("p.json").toString());
      assertThat(result.code()).as(result.err()).isZero();
    } finally {
      server.stop(0);
    }

    JsonNode fetch = vertex(profile(), "[1/1] " + add);
    assertThat(fetch.get("phases").fieldNames()).toIterable().containsExactly("pull");
  }

  @Test
  void writesToStandardOutputWhenAskedTo() throws IOException {
    Cli.Result result = build("--profile", "-");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(new ObjectMapper().readTree(result.out()).get("schemaVersion").asInt()).isEqualTo(1);
    assertThat(Path.of("-")).doesNotExist();
  }

  /** Its directory was there when the build began. */
  @Test
  void tellsABuildsFailureEvenWhenItsProfileCannotBeWritten() {
    Console console = CapturedConsole.of(OutputStream.nullOutputStream(), Map.of());
    ProfiledBuild build = new ProfiledBuild(Optional.of(folder.resolve("no/such/p.json")), console);

    assertThatThrownBy(
            () ->
                build.run(
                    BuildProgress.NONE,
                    progress -> {
                      throw new IOException("the build's own failure");
                    }))
        .hasMessage("the build's own failure")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
  }

  /** Whoever tells of the end has measured the duration a moment before. */
  @Test
  void aStepBeginsBeforeWhatIsInIt() {
    BuildProfile profile = new BuildProfile(BuildProgress.NONE);
    VertexName vertex = new VertexName(Digest.of(new byte[1]), "a step", List.of());

    profile.started(vertex);
    long within = System.nanoTime();
    profile.finished(vertex, Outcome.DONE, Duration.ZERO, Optional.empty());

    assertThat(profile.finish().steps())
        .singleElement()
        .satisfies(step -> assertThat(step.start()).isLessThanOrEqualTo(within));
  }
}
