package dev.wadah.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.registry.serve.RegistryServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract against our own registry, and what only it must do. */
class WadahRegistryTest extends RegistryContract {
  @TempDir static Path folder;
  private static RegistryServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws IOException {
    server =
        RegistryServer.start(folder, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @Override
  String host() {
    return server.host();
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder at(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + host() + path));
  }

  private static HttpRequest.BodyPublisher text(String text) {
    return HttpRequest.BodyPublishers.ofString(text);
  }

  @Test
  void takesAnUploadInChunksAndGivesRanges() throws IOException, InterruptedException {
    HttpResponse<String> session =
        send(at("/v2/chunks/blobs/uploads/").POST(HttpRequest.BodyPublishers.noBody()));
    assertThat(session.statusCode()).isEqualTo(202);
    String location = session.headers().firstValue("Location").orElseThrow();
    HttpResponse<String> first =
        send(at(location).header("Content-Range", "0-4").method("PATCH", text("hello")));
    assertThat(first.statusCode()).isEqualTo(202);
    assertThat(first.headers().firstValue("Range")).contains("0-4");
    HttpResponse<String> gap =
        send(at(location).header("Content-Range", "9-10").method("PATCH", text("xx")));
    assertThat(gap.statusCode()).isEqualTo(416);
    String digest = dev.wadah.oci.Digest.of("hello world".getBytes(UTF_8)).toString();
    HttpResponse<String> last = send(at(location + "?digest=" + digest).PUT(text(" world")));
    assertThat(last.statusCode()).isEqualTo(201);

    HttpResponse<String> part = send(at("/v2/chunks/blobs/" + digest).header("Range", "bytes=6-"));
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).isEqualTo("world");
    assertThat(part.headers().firstValue("Content-Range")).contains("bytes 6-10/11");
    HttpResponse<String> beyond =
        send(at("/v2/chunks/blobs/" + digest).header("Range", "bytes=50-"));
    assertThat(beyond.statusCode()).isEqualTo(416);
  }

  @Test
  void turnsTlsAwayAtOnce() throws IOException {
    try (java.net.Socket socket =
        new java.net.Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0, 1});
      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 400");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "a path that leads out of the folder, /v2/../../etc/blobs/uploads/, 400",
    "an upper-case name,                  /v2/Upper/tags/list,          400",
    "an unknown repository,               /v2/nobody/tags/list,         404",
    "a path outside of the API,           /etc/passwd,                  404",
    "a digest that is none,               /v2/a/blobs/sha256:xyz,       400",
    "an upload that is none,              /v2/a/blobs/uploads/nothing,  404",
  })
  void refuses(String fault, String path, int status) throws IOException, InterruptedException {
    HttpResponse<String> reply = send(at(path));
    assertThat(reply.statusCode()).as(fault).isEqualTo(status);
    assertThat(reply.body()).contains("\"errors\"");
  }

  @Test
  void refusesAManifestWhoseBlobsAreNotThere() throws IOException, InterruptedException {
    String manifest =
        "{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:"
            + "0".repeat(64)
            + "\",\"size\":1,\"mediaType\":\"x\"},\"layers\":[]}";
    HttpResponse<String> reply = send(at("/v2/lonely/manifests/1").PUT(text(manifest)));
    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(reply.body()).contains("MANIFEST_BLOB_UNKNOWN");
  }
}
