package dev.wadah.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long is waited for registries, and for whom not at all. */
class RetriesTest {
  private final HttpRegistry registry =
      new HttpRegistry(Map.of("HOME", "/nonexistent"), RegistryContract.QUICK);

  private static ImageReference name(ScriptedServer server) {
    return ImageReference.parse(server.host() + "/team/app:1");
  }

  private static void manifest(HttpExchange http) throws IOException {
    ScriptedServer.reply(http, 200, MediaTypes.OCI_MANIFEST, Samples.MANIFEST);
  }

  @Test
  void waitsAsLongAsRetryAfterSays() throws IOException {
    HttpRegistry patient =
        new HttpRegistry(
            Map.of("HOME", "/nonexistent"),
            new RetryPolicy(2, Duration.ofMillis(1), Duration.ofSeconds(5)));
    try (ScriptedServer server =
        new ScriptedServer(
            (http, count) -> {
              if (count == 0) {
                http.getResponseHeaders().set("Retry-After", "1");
                ScriptedServer.reply(http, 429, "text/plain", new byte[0]);
              } else {
                manifest(http);
              }
            })) {
      long before = System.nanoTime();
      patient.manifest(name(server));
      assertThat(Duration.ofNanos(System.nanoTime() - before))
          .isGreaterThan(Duration.ofMillis(990));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"text/plain, true", "application/json, false"})
  void saysWhatAPortOfTlsMayMean(String type, boolean tls) throws IOException {
    try (ScriptedServer server =
        new ScriptedServer((http, count) -> ScriptedServer.reply(http, 400, type, new byte[0]))) {
      assertThatThrownBy(() -> registry.manifest(name(server)))
          .hasMessageMatching("(?s).* gave 400" + (tls ? "; it may want https: .*" : ""));
    }
  }

  @Test
  void asksOnOneConnectionWhenRepliesHaveNoBody() throws IOException {
    Set<InetSocketAddress> connections = ConcurrentHashMap.newKeySet();
    HttpRegistry registry = new HttpRegistry(Map.of("HOME", "/nonexistent"), RetryPolicy.DEFAULT);
    try (ScriptedServer server =
        new ScriptedServer(
            (http, count) -> {
              connections.add(http.getRemoteAddress());
              http.sendResponseHeaders(404, -1);
            })) {
      for (int i = 0; i < 200; i++) {
        assertThat(registry.hasBlob(name(server), Digest.of(new byte[] {(byte) i}))).isFalse();
      }
    }
    assertThat(connections).hasSize(1);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "no header doubles,                       3,  '',                               4000,  4000",
    "seconds,                                 1,  7,                                7000,  7000",
    "fewer seconds than the own pause,        3,  1,                                4000,  4000",
    "a date,                                  1,  'Sun, 22 Nov 2026 18:00:09 GMT',  9000,  9000",
    "a date that is over,                     1,  'Sun, 22 Nov 2026 17:00:00 GMT',  1000,  1000",
    "more than the longest pause,             1,  86400,                            60000, 60000",
    "a date in a thousand years,              1,  'Wed, 22 Nov 3026 18:00:09 GMT',  60000, 60000",
    "nonsense,                                1,  soon,                             1000,  1000",
    "a negative number,                       1,  -5,                               1000,  1000",
    "more seconds than there are,             1,  99999999999999999999,             1000,  1000",
    "the most seconds that fit,               1,  9223372036854775807,              60000, 60000",
    "many attempts stop at the longest pause, 60, '',                               60000, 60000",
  })
  void waits(String what, int attempt, String header, long least, long most) {
    RetryPolicy policy = new RetryPolicy(9, Duration.ofSeconds(1), Duration.ofSeconds(60));
    Optional<String> retryAfter = Optional.of(header).filter(text -> !text.isEmpty());
    Instant now = Instant.parse("2026-11-22T18:00:00Z");
    // A quarter more or less, so that a crowd of clients does not come back at one moment.
    assertThat(policy.pauseLength(attempt, retryAfter, now).toMillis())
        .as(what)
        .isBetween(least * 3 / 4, most * 5 / 4);
    assertThat(policy.pauseLength(attempt, retryAfter, now))
        .isLessThanOrEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void failsAtOnceWhenNobodyListens() {
    ImageReference nobody = ImageReference.parse("127.0.0.1:1/none:1");
    HttpRegistry patient =
        new HttpRegistry(Map.of("HOME", "/nonexistent"), RetryPolicy.DEFAULT); // some 16 seconds
    long before = System.nanoTime();
    assertThatThrownBy(() -> patient.manifest(nobody))
        .isInstanceOf(RegistryException.class)
        .hasMessage(
            "127.0.0.1:1/none:1: cannot read its manifest: registry 127.0.0.1:1: connection refused");
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void namesACredentialHelperThatIsNotThere() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (http, count) -> {
              http.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
              http.sendResponseHeaders(401, -1);
            })) {
      String config = "{\"credHelpers\":{\"%s\":\"no-such\"}}".formatted(server.host());
      HttpRegistry broken =
          new HttpRegistry(
              Map.of("HOME", "/nonexistent", "DOCKER_AUTH_CONFIG", config), RegistryContract.QUICK);
      assertThatThrownBy(() -> broken.manifest(name(server)))
          .hasMessageContaining("credential helper docker-credential-no-such is not installed");
    }
  }
}
