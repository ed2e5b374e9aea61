package dev.wadah.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildResult;
import dev.wadah.cli.Cli;
import dev.wadah.cli.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Traces that no collector takes, or that variables make no sense of: the build goes on. */
class UnsentTraceTest {
  @TempDir Path folder;
  private Cli cli;
  private Path context;

  @BeforeEach
  void makeContext() throws IOException {
    cli = Cli.over(folder.resolve("store"));
    context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("words"), "a\n");
    Files.writeString(context.resolve("Dockerfile"), "FROM scratch\nCOPY words /words\n");
  }

  @Test
  void warnsOfACollectorThatIsAwayAndBuildsAllTheSame() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    cli.with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:secret@127.0.0.1:" + port + "/secret");

    Cli.Result result = cli.run("build", context.toString());

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

      Cli.Result result =
          assertTimeout(Duration.ofSeconds(8), () -> cli.run("build", context.toString()));

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
          CapturedConsole.of(
              err,
              Map.of(
                  "OTEL_EXPORTER_OTLP_ENDPOINT",
                  "http://127.0.0.1:" + silent.getLocalPort(),
                  "OTEL_EXPORTER_OTLP_TIMEOUT",
                  "60000"));
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

  private static BuildResult cancel() throws IOException {
    throw new InterruptedIOException("the build was cancelled");
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
