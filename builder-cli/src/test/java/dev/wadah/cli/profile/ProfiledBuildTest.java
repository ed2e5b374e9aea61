package dev.wadah.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildProgress.Outcome;
import dev.wadah.build.BuildProgress.VertexName;
import dev.wadah.build.BuildResult;
import dev.wadah.cli.Cli;
import dev.wadah.cli.Console;
import dev.wadah.oci.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --profile}, and traces for a collector of the test's own. */
class ProfiledBuildTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

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

  @Test
  void sendsATraceBelowTheCallersSpan() throws IOException {
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    HttpServer collector = collector(received);
    try {
      cli.with(
              "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + collector.getAddress().getPort())
          .with("OTEL_SERVICE_NAME", "our-pipeline")
          .with("TRACEPARENT", "00-" + TRACE + "-b7ad6b7169203331-01");
      Cli.Result result = build();

      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.err()).doesNotContain("trace");
    } finally {
      collector.stop(0);
    }
    String body;
    synchronized (received) {
      body = received.toString(StandardCharsets.ISO_8859_1);
    }
    // OTLP is protobuf: names stand in it as they are, the trace's id as its 16 bytes.
    String id = new String(HexFormat.of().parseHex(TRACE), StandardCharsets.ISO_8859_1);
    assertThat(body)
        .contains("our-pipeline", "wadah build", "[1/1] COPY words /words", "parse", id);
  }

  @Test
  void warnsOfACollectorThatIsAwayAndBuildsAllTheSame() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    cli.with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:secret@127.0.0.1:" + port + "/secret");

    Cli.Result result = build();

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err())
        .contains(
            "wadah: warning: the trace was not sent: the collector 127.0.0.1:%d cannot be reached: "
                .formatted(port))
        .doesNotContain("secret");
  }

  @Test
  void givesUpACollectorThatDoesNotAnswer() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      cli.with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + silent.getLocalPort());
      cli.with("OTEL_EXPORTER_OTLP_TIMEOUT", "300");

      Cli.Result result = assertTimeout(Duration.ofSeconds(8), () -> build());

      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.err())
          .contains("wadah: warning: the trace was not sent: the collector 127.0.0.1:")
          .contains("does not answer, or refuses it");
    }
  }

  @Test
  void doesNotHoldUpACancelledBuildForItsTrace() throws IOException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (ServerSocket silent = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      Console console =
          new Console(
              InputStream.nullInputStream(),
              new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8),
              Map.of(
                  "OTEL_EXPORTER_OTLP_ENDPOINT",
                  "http://127.0.0.1:" + silent.getLocalPort(),
                  "OTEL_EXPORTER_OTLP_TIMEOUT",
                  "60000"),
              "",
              Console.Streams.CAPTURED);
      ProfiledBuild build = new ProfiledBuild(Optional.empty(), console);
      BuildProgress unheard = new BuildProgress() {};

      assertTimeout(
          Duration.ofSeconds(8), // of a build that was not cancelled it would have 10 seconds
          () ->
              assertThatThrownBy(() -> build.run(unheard, progress -> cancel()))
                  .isInstanceOf(InterruptedIOException.class));
    }
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("wadah: warning: the trace was not sent: ");
  }

  /** As it is after Ctrl-C: the thread that tells of the build is still interrupted. */
  @Test
  void tellsOfACancelledBuild() throws IOException {
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    HttpServer collector = collector(received);
    try {
      Console console =
          new Console(
              InputStream.nullInputStream(),
              new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8),
              Map.of(
                  "OTEL_EXPORTER_OTLP_ENDPOINT",
                  "http://127.0.0.1:" + collector.getAddress().getPort()),
              "",
              Console.Streams.CAPTURED);
      ProfiledBuild build = new ProfiledBuild(Optional.of(folder.resolve("p.json")), console);

      assertThatThrownBy(
              () ->
                  build.run(
                      new BuildProgress() {},
                      progress -> {
                        Thread.currentThread().interrupt();
                        return cancel();
                      }))
          .isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).as("still interrupted").isTrue();
    } finally {
      collector.stop(0);
    }
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(received.toString(StandardCharsets.ISO_8859_1)).contains("the build was cancelled");
    assertThat(profile().get("schemaVersion").asInt()).isEqualTo(1);
  }

  /** Its {@code /v1/traces} takes everything. */
  private static HttpServer collector(ByteArrayOutputStream received) throws IOException {
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          synchronized (received) {
            exchange.getRequestBody().transferTo(received);
          }
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    return collector;
  }

  private static BuildResult cancel() throws IOException {
    throw new InterruptedIOException("the build was cancelled");
  }

  /** Its directory was there when the build began. */
  @Test
  void tellsABuildsFailureEvenWhenItsProfileCannotBeWritten() {
    Console console =
        new Console(
            InputStream.nullInputStream(),
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            Map.of(),
            "",
            Console.Streams.CAPTURED);
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

  @Test
  void saysWhichVariableMakesNoSense() {
    Cli.Result result = cli.with("OTEL_TRACES_EXPORTER", "pigeon").run("build", context.toString());

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err())
        .contains(
            "wadah: warning: the trace was not sent: OTEL_TRACES_EXPORTER is \"pigeon\"; wadah knows otlp, console and none");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OTEL_EXPORTER_OTLP_HEADERS | authorization: Bearer s3cret | otel.exporter.otlp.headers",
        "OTEL_EXPORTER_OTLP_HEADERS | authorization=Bearer s3cret%zz | header value",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS | a=b,s3cret | otel.exporter.otlp.traces.headers",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT | user:s3cret@host:4318 | OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT | ftp://user:s3cret@host | OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT | http://a b s3cret | OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_TRACES_EXPORTER | otlp,none | wadah knows otlp, console and none",
        "OTEL_EXPORTER_OTLP_CERTIFICATE | /no/such/file | /no/such/file",
        "OTEL_EXPORTER_OTLP_CLIENT_KEY | /no/such/file | client certificate",
      })
  void saysWhatIsWrongAndNoSecret(String name, String value, String said) throws IOException {
    try (ServerSocket somebody = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
      cli.with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:" + somebody.getLocalPort());

      Cli.Result result = cli.with(name, value).run("build", context.toString());

      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.err())
          .contains("wadah: warning: the trace was not sent: ")
          .contains(said)
          .doesNotContain("s3cret");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "OTEL_TRACES_EXPORTER,None",
    "OTEL_SDK_DISABLED,TRUE",
    "OTEL_EXPORTER_OTLP_HEADERS,a=b"
  })
  void sendsNothingThatNobodyAskedFor(String name, String value) {
    if (!name.endsWith("HEADERS")) {
      cli.with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    }
    Cli.Result result = cli.with(name, value).run("build", context.toString());

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err()).doesNotContain("trace");
  }
}
