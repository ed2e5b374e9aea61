package dev.wadah.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Registries that misbehave. */
class HttpRegistryFaultTest {
  private static final byte[] MANIFEST =
      ("{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":{\"mediaType\":\"x\",\"digest\":"
              + "\"sha256:%s\",\"size\":1},\"layers\":[]}")
          .formatted(MediaTypes.OCI_MANIFEST, "0".repeat(64))
          .getBytes(StandardCharsets.UTF_8);

  private static final byte[] BLOB = random();
  private static final Descriptor DESCRIPTOR =
      Descriptor.of(MediaTypes.OCI_LAYER, Digest.of(BLOB), BLOB.length);

  private final HttpRegistry registry =
      new HttpRegistry(Map.of("HOME", "/nonexistent"), RegistryContract.QUICK);

  private static byte[] random() {
    byte[] bytes = new byte[300_000];
    new Random(9).nextBytes(bytes);
    return bytes;
  }

  private static ImageReference name(ScriptedServer server) {
    return ImageReference.parse(server.host() + "/team/app:1");
  }

  private static void manifest(HttpExchange http) throws IOException {
    ScriptedServer.reply(http, 200, MediaTypes.OCI_MANIFEST, MANIFEST);
  }

  /** Sends the head for a whole blob, then only {@code bytes} of it. */
  private static void cut(HttpExchange http, int from, int bytes) throws IOException {
    http.sendResponseHeaders(from == 0 ? 200 : 206, BLOB.length - from);
    http.getResponseBody().write(BLOB, from, bytes);
    http.getResponseBody().flush();
    http.close();
  }

  @Test
  void triesAgainWhenARegistryIsBusy() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (http, count) -> {
              if (count < 2) {
                http.getResponseHeaders().set("Retry-After", "0");
                ScriptedServer.reply(http, count == 0 ? 429 : 503, "text/plain", new byte[0]);
              } else {
                manifest(http);
              }
            })) {
      assertThat(registry.manifest(name(server)).bytes()).isEqualTo(MANIFEST);
      assertThat(server.requests()).hasSize(4);
    }
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

  @Test
  void saysThatItIsStillBusyInTheEnd() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (http, count) -> ScriptedServer.reply(http, 429, "text/plain", new byte[0]))) {
      assertThatThrownBy(() -> registry.manifest(name(server)))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("gave 429");
    }
  }

  @Test
  void resumesABlobWhereItWasCut() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (http, count) -> {
              String range = http.getRequestHeaders().getFirst("Range");
              int from = range == null ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
              http.getResponseHeaders()
                  .set(
                      "Content-Range",
                      "bytes %d-%d/%d".formatted(from, BLOB.length - 1, BLOB.length));
              cut(http, from, Math.min(100_000, BLOB.length - from));
            })) {
      try (InputStream in = registry.blob(name(server), DESCRIPTOR)) {
        assertThat(in.readAllBytes()).isEqualTo(BLOB);
      }
      assertThat(server.requests().stream().filter(r -> r.range().startsWith("bytes=")).count())
          .isBetween(2L, 4L);
    }
  }

  @Test
  void resumesWhenTheRegistryKnowsNoRanges() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer((http, count) -> cut(http, 0, count == 0 ? 100_000 : BLOB.length))) {
      try (InputStream in = registry.blob(name(server), DESCRIPTOR)) {
        assertThat(in.readAllBytes()).isEqualTo(BLOB);
      }
    }
  }

  @Test
  void givesUpWhenNothingMoreComes() throws IOException {
    try (ScriptedServer server = new ScriptedServer((http, count) -> cut(http, 0, 1000))) {
      try (InputStream in = registry.blob(name(server), DESCRIPTOR)) {
        assertThatThrownBy(in::readAllBytes)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("/v2/team/app/blobs/" + DESCRIPTOR.digest());
      }
    }
  }

  @Test
  void refusesABlobThatClaimsAnotherSize() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (http, count) -> {
              http.sendResponseHeaders(200, 10_000_000_000L);
              http.getResponseBody().write(1);
              http.close();
            })) {
      assertThatThrownBy(() -> registry.blob(name(server), DESCRIPTOR))
          .hasMessageContaining("10000000000 bytes")
          .hasMessageContaining("should be 300000");
    }
  }

  @Test
  void refusesAManifestWithAnotherDigest() throws IOException {
    try (ScriptedServer server = new ScriptedServer((http, count) -> manifest(http))) {
      ImageReference pinned = name(server).withDigest(Digest.of(new byte[] {1}));
      assertThatThrownBy(() -> registry.manifest(pinned))
          .hasMessageContaining("should be " + Digest.of(new byte[] {1}))
          .hasMessageContaining("what came is " + Digest.of(MANIFEST));
    }
  }

  @Test
  void refusesAManifestThatItsHeaderContradicts() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (http, count) -> {
              http.getResponseHeaders().set("Docker-Content-Digest", "sha256:" + "1".repeat(64));
              manifest(http);
            })) {
      assertThatThrownBy(() -> registry.manifest(name(server)))
          .hasMessageContaining("should be sha256:1111");
    }
  }

  @Test
  void refusesAnOversizedManifest() throws IOException {
    byte[] large = new byte[ManifestCalls.MAX_MANIFEST_BYTES + 10];
    Arrays.fill(large, (byte) ' ');
    try (ScriptedServer server =
        new ScriptedServer(
            (http, count) -> ScriptedServer.reply(http, 200, MediaTypes.OCI_MANIFEST, large))) {
      assertThatThrownBy(() -> registry.manifest(name(server)))
          .hasMessageContaining("more than 4 MiB");
    }
  }

  @Test
  void recognisesAnHtmlPage() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (http, count) ->
                ScriptedServer.reply(http, 200, "text/html", "<html>Log in".getBytes(UTF_8)))) {
      assertThatThrownBy(() -> registry.manifest(name(server)))
          .hasMessageContaining("HTML page")
          .hasMessageContaining(server.host() + "/team/app:1");
    }
  }

  @Test
  void endsARedirectLoop() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (http, count) -> {
              http.getResponseHeaders().set("Location", http.getRequestURI().toString());
              http.sendResponseHeaders(307, -1);
            })) {
      assertThatThrownBy(() -> registry.manifest(name(server)))
          .hasMessageContaining("redirected more than 10 times");
    }
  }

  @Test
  void sendsNoCredentialsWhereARedirectLeads() throws IOException {
    try (ScriptedServer store = new ScriptedServer((http, count) -> cut(http, 0, BLOB.length));
        ScriptedServer server =
            new ScriptedServer(
                (http, count) -> {
                  if (http.getRequestHeaders().getFirst("Authorization") == null) {
                    http.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
                    http.sendResponseHeaders(401, -1);
                  } else {
                    http.getResponseHeaders()
                        .set("Location", "http://127.0.0.1:" + store.port() + "/signed?key=1");
                    http.sendResponseHeaders(307, -1);
                  }
                })) {
      HttpRegistry known = withPassword(server.host());
      try (InputStream in = known.blob(name(server), DESCRIPTOR)) {
        assertThat(in.readAllBytes()).isEqualTo(BLOB);
      }
      assertThat(server.requests()).anyMatch(r -> r.authorization().startsWith("Basic "));
      assertThat(store.requests()).hasSize(1).allMatch(r -> r.authorization().equals("null"));
    }
  }

  private static HttpRegistry withPassword(String host) {
    String config = "{\"auths\":{\"%s\":{\"auth\":\"dXNlcjpzM2NyZXQ=\"}}}".formatted(host);
    return new HttpRegistry(
        Map.of("HOME", "/nonexistent", "DOCKER_AUTH_CONFIG", config), RegistryContract.QUICK);
  }

  /** A registry whose tokens are good for a few requests only. */
  private static void withTokens(HttpExchange http, String host, int[] uses) throws IOException {
    String path = http.getRequestURI().getPath();
    String authorization = http.getRequestHeaders().getFirst("Authorization");
    if (path.equals("/token")) {
      uses[0]++;
      String token = "{\"token\":\"t%d\",\"expires_in\":300}".formatted(uses[0]);
      ScriptedServer.reply(http, 200, "application/json", token.getBytes(UTF_8));
    } else if (!("Bearer t" + uses[0]).equals(authorization) || uses[1]-- == 0) {
      if (uses[1] < 0) {
        uses[0]++;
      }
      http.getResponseHeaders()
          .set(
              "WWW-Authenticate",
              "Bearer realm=\"http://%s/token\",service=\"s\",scope=\"x\",error=\"invalid_token\""
                  .formatted(host));
      http.sendResponseHeaders(401, -1);
    } else if (http.getRequestMethod().equals("HEAD")) {
      http.sendResponseHeaders(404, -1);
    } else if (http.getRequestMethod().equals("POST")) {
      http.getResponseHeaders().set("Location", "/v2/team/app/blobs/uploads/1?state=a");
      http.sendResponseHeaders(202, -1);
    } else {
      http.sendResponseHeaders(201, -1);
    }
  }

  @Test
  void getsANewTokenInTheMiddleOfAnUpload() throws IOException {
    int[] uses = {0, 2};
    String[] host = new String[1];
    try (ScriptedServer server =
        new ScriptedServer((http, count) -> withTokens(http, host[0], uses))) {
      host[0] = server.host();
      long sent =
          registry.pushBlob(
              name(server), DESCRIPTOR, Optional.empty(), () -> new ByteArrayInputStream(BLOB));
      assertThat(sent).isEqualTo(BLOB.length);
      List<String> puts =
          server.requests().stream()
              .filter(r -> r.method().equals("PUT"))
              .map(ScriptedServer.Request::authorization)
              .toList();
      assertThat(puts).hasSize(2).doesNotHaveDuplicates();
    }
  }

  @Test
  void tellsWhichLoginIsMissingAndNoSecret() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (http, count) -> {
              http.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
              ScriptedServer.reply(
                  http,
                  401,
                  "application/json",
                  "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"no entry\"}]}"
                      .getBytes(UTF_8));
            })) {
      assertThatThrownBy(() -> withPassword(server.host()).manifest(name(server)))
          .hasMessageContaining("gave 401: UNAUTHORIZED: no entry")
          .hasMessageContaining("wadah login " + server.host())
          .hasMessageNotContaining("s3cret")
          .hasMessageNotContaining("dXNlcjpzM2NyZXQ");
    }
  }

  @Test
  void refusesATokenWithALineEnd() throws IOException {
    String[] host = new String[1];
    try (ScriptedServer server =
        new ScriptedServer(
            (http, count) -> {
              if (http.getRequestURI().getPath().equals("/token")) {
                ScriptedServer.reply(
                    http, 200, "application/json", "{\"token\":\"a\\r\\nX: y\"}".getBytes(UTF_8));
              } else {
                http.getResponseHeaders()
                    .set("WWW-Authenticate", "Bearer realm=\"http://%s/token\"".formatted(host[0]));
                http.sendResponseHeaders(401, -1);
              }
            })) {
      host[0] = server.host();
      assertThatThrownBy(() -> registry.manifest(name(server)))
          .hasMessageContaining("no usable token");
    }
  }

  @Test
  void failsAtOnceWhenNobodyListens() {
    ImageReference nobody = ImageReference.parse("127.0.0.1:1/none:1");
    long before = System.nanoTime();
    assertThatThrownBy(() -> registry.manifest(nobody))
        .isInstanceOf(RegistryException.class)
        .hasMessage(
            "127.0.0.1:1/none:1: cannot read its manifest: registry 127.0.0.1:1: connection refused");
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
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
