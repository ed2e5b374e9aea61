package dev.wadah.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.wadah.build.BuildProgress;
import dev.wadah.cli.Cli;
import dev.wadah.cli.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a collector gets, as OpenTelemetry's variables say. */
class TracedBuildTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  /** Its text has a character for each byte of the body, which may be protobuf. */
  private record Request(String path, String type, String header, String text) {}

  @TempDir Path folder;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private HttpServer collector;
  private Cli cli;
  private Path context;

  @BeforeEach
  void makeContext() throws IOException {
    collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext("/", this::accept);
    collector.start();
    cli = Cli.over(folder.resolve("store")).with("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint());
    context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("words"), "a\n");
    Files.writeString(context.resolve("Dockerfile"), "FROM scratch\nCOPY words /words\n");
  }

  private String endpoint() {
    return "http://127.0.0.1:" + collector.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    collector.stop(0);
  }

  private void accept(HttpExchange exchange) throws IOException {
    boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    try (exchange;
        InputStream body =
            zipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
      requests.add(
          new Request(
              exchange.getRequestURI().getPath(),
              exchange.getRequestHeaders().getFirst("Content-Type"),
              exchange.getRequestHeaders().getFirst("X-Key"),
              new String(body.readAllBytes(), StandardCharsets.ISO_8859_1)));
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private Cli.Result build() {
    Cli.Result result = cli.run("build", "--progress=none", context.toString());
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }

  @Test
  void sendsATraceBelowTheCallersSpan() {
    cli.with("OTEL_SERVICE_NAME", "our-pipeline")
        .with("TRACEPARENT", "00-" + TRACE + "-b7ad6b7169203331-01");

    assertThat(build().err()).isEmpty();

    // OTLP is protobuf: names stand in it as they are, the trace's id as its 16 bytes.
    String id = new String(HexFormat.of().parseHex(TRACE), StandardCharsets.ISO_8859_1);
    assertThat(requests)
        .singleElement()
        .satisfies(
            r ->
                assertThat(r.text())
                    .contains(
                        "our-pipeline", "wadah build", "[1/1] COPY words /words", "parse", id));
  }

  /** As it is after Ctrl-C: the thread that tells of the build is still interrupted. */
  @Test
  void tellsOfACancelledBuild() throws IOException {
    Path profile = folder.resolve("p.json");
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = CapturedConsole.of(err, Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint()));
    ProfiledBuild build = new ProfiledBuild(Optional.of(profile), console);

    assertThatThrownBy(
            () ->
                build.run(
                    BuildProgress.NONE,
                    progress -> {
                      Thread.currentThread().interrupt();
                      throw new InterruptedIOException("the build was cancelled");
                    }))
        .isInstanceOf(InterruptedIOException.class);

    assertThat(Thread.interrupted()).as("still interrupted").isTrue();
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(requests)
        .singleElement()
        .satisfies(r -> assertThat(r.text()).contains("the build was cancelled"));
    assertThat(new ObjectMapper().readTree(profile.toFile()).get("schemaVersion").asInt())
        .isEqualTo(1);
  }

  @Test
  void sendsTheTraceWithoutAttributesThatAreMalformed() {
    cli.with("OTEL_RESOURCE_ATTRIBUTES", "team=red,nonsense");

    Cli.Result result = build();

    assertThat(result.err())
        .isEqualTo(
            "wadah: warning: OTEL_RESOURCE_ATTRIBUTES is ignored: \"nonsense\" is not key=value\n");
    assertThat(requests)
        .singleElement()
        .satisfies(r -> assertThat(r.text()).contains("wadah build").doesNotContain("team"));
  }

  @Test
  void sendsTheAttributesOfTheResource() {
    cli.with("OTEL_RESOURCE_ATTRIBUTES", "team%20name=red%2Cblue,service.name=ours");

    assertThat(build().err()).isEmpty();

    assertThat(requests)
        .singleElement()
        .satisfies(r -> assertThat(r.text()).contains("team name", "red,blue", "ours"));
  }

  @Test
  void sendsJson() throws IOException {
    cli.with("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
        .with("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
        .with("OTEL_EXPORTER_OTLP_HEADERS", "x-key=a%20b")
        .with("TRACEPARENT", "00-" + TRACE + "-b7ad6b7169203331-01");

    assertThat(build().err()).isEmpty();

    Request request = requests.get(0);
    assertThat(request.path()).isEqualTo("/v1/traces");
    assertThat(request.type()).isEqualTo("application/json");
    assertThat(request.header()).isEqualTo("a b");
    JsonNode json =
        new ObjectMapper().readTree(request.text().getBytes(StandardCharsets.ISO_8859_1));
    assertThat(json.findValuesAsText("traceId")).isNotEmpty().containsOnly(TRACE);
    assertThat(json.findValuesAsText("name"))
        .contains("wadah build", "[1/1] COPY words /words", "parse");
  }

  @ParameterizedTest
  @CsvSource({"console, 0", "'otlp,console', 1"})
  void printsTheTrace(String exporter, int sent) throws IOException {
    Cli.Result result = cli.with("OTEL_TRACES_EXPORTER", exporter).run("build", "-q", "" + context);

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).as("what scripts read").matches("sha256:[0-9a-f]{64}\\R");
    List<String> names = new ArrayList<>();
    for (String line : result.err().split("\n", -1)) {
      if (!line.isEmpty()) {
        names.addAll(
            new ObjectMapper()
                .readTree(line)
                .at("/resourceSpans/0/scopeSpans/0/spans")
                .findValuesAsText("name"));
      }
    }
    assertThat(names).contains("wadah build", "[1/1] COPY words /words", "parse");
    assertThat(requests).hasSize(sent);
  }

  @Test
  void asksNoCollectorForATraceThatIsPrinted() {
    collector.stop(0);

    Cli.Result result = cli.with("OTEL_TRACES_EXPORTER", "console").run("build", "" + context);

    assertThat(result.err()).contains("wadah build").doesNotContain("warning");
  }

  /** Whose caller says which span it is in another way. */
  @ParameterizedTest
  @CsvSource({"b3, false", "none, false", "'baggage,tracecontext', true"})
  void takesTheCallersSpanUnlessPropagatorsSayOtherwise(String propagators, boolean taken)
      throws IOException {
    cli.with("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
        .with("OTEL_PROPAGATORS", propagators)
        .with("TRACEPARENT", "00-" + TRACE + "-b7ad6b7169203331-01");

    assertThat(build().err()).isEmpty();

    assertThat(requests.get(0).text().contains(TRACE)).isEqualTo(taken);
  }

  @ParameterizedTest
  @CsvSource({
    "OTEL_TRACES_SAMPLER, always_off",
    "TRACEPARENT, 00-" + TRACE + "-b7ad6b7169203331-00"
  })
  void sendsNothingThatIsNotSampled(String name, String value) {
    cli.with(name, value);

    assertThat(build().err()).isEmpty();

    assertThat(requests).isEmpty();
  }

  /** What else a machine's agents are told is not for us, and no reason to lose a trace. */
  @ParameterizedTest
  @CsvSource({
    "OTEL_METRICS_EXPORTER, prometheus",
    "OTEL_METRICS_EXPORTER, otlp",
    "OTEL_LOGS_EXPORTER, console",
    "OTEL_TRACES_SAMPLER, ''",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, ''",
    "OTEL_EXPORTER_OTLP_CERTIFICATE, ''",
  })
  void sendsTheTraceAllTheSame(String name, String value) {
    cli.with(name, value);

    assertThat(build().err()).isEmpty();

    assertThat(requests)
        .singleElement()
        .satisfies(r -> assertThat(r.path()).isEqualTo("/v1/traces"));
  }

  @Test
  void doesNotGuessWhatAFileOfSettingsSays() {
    cli.with("OTEL_CONFIG_FILE", "/otel.yaml");

    assertThat(build().err()).contains("the trace was not sent: OTEL_CONFIG_FILE is set");

    assertThat(requests).isEmpty();
  }
}
