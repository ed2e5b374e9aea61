package dev.wadah.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import dev.wadah.registry.ScriptedServer.ClientCertificate;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests through a proxy that wants a password, with and without TLS. Each runs in a process of
 * its own: the JDK reads once whether a proxy may be told a password.
 */
class ProxyTunnelTest {
  private static final String GOOD = "http://ann:s3cret@";

  @TempDir static Path folder;
  private static TestCertificates certificates;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = new TestCertificates(folder);
    certificates.issue("registry.test", "DNS:registry.test");
  }

  /** What the process does: reads a manifest, and says what came. */
  public static void main(String[] arguments) {
    RetryPolicy retries = new RetryPolicy(2, Duration.ofMillis(10), Duration.ofSeconds(1));
    HttpRegistry registry = new HttpRegistry(System.getenv(), retries);
    try {
      ImageReference name = ImageReference.parse(arguments[0]);
      System.out.println("got " + registry.manifest(name).descriptor().digest());
    } catch (IOException e) {
      System.out.println("failed: " + e.getMessage());
      e.printStackTrace();
    }
  }

  private static String run(String name, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ProxyTunnelTest.class.getName(),
                name)
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(key -> key.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    builder.environment().put("HOME", folder.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static Path settings() throws IOException {
    return Files.writeString(
        folder.resolve("registries.toml"),
        """
        [[registry]]
        location = "registry.test"
        ca = "ca.crt"
        [[registry]]
        location = "plain.test"
        http = true
        """);
  }

  private static ScriptedServer registry() throws Exception {
    return ScriptedServer.secure(
        certificates.server("registry.test"),
        ClientCertificate.NOT_NEEDED,
        (http, count) -> {
          if (http.getRequestHeaders().getFirst("Authorization") == null) {
            http.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
            http.sendResponseHeaders(401, -1);
          } else {
            String leaked = http.getRequestHeaders().getFirst("Proxy-Authorization");
            int status = leaked == null ? 200 : 500;
            ScriptedServer.reply(http, status, MediaTypes.OCI_MANIFEST, Samples.MANIFEST);
          }
        });
  }

  @Test
  void tunnelsTlsThroughAProxyThatWantsAPassword() throws Exception {
    try (ScriptedServer registry = registry();
        Proxy proxy = new Proxy(registry.port())) {
      String auths = "{\"auths\":{\"registry.test\":{\"auth\":\"Ym9iOmh1bnRlcg==\"}}}";
      String output =
          run(
              "registry.test/team/app:1",
              Map.of(
                  "HTTPS_PROXY",
                  GOOD + proxy.host(),
                  "WADAH_REGISTRIES",
                  settings().toString(),
                  "DOCKER_AUTH_CONFIG",
                  auths));
      // The registry's own challenge is answered, too, and it sees nothing of the proxy's password.
      assertThat(output).contains("got " + Digest.of(Samples.MANIFEST));
      assertThat(proxy.requests)
          .isNotEmpty()
          .allMatch(request -> request.startsWith("CONNECT registry.test:443 "))
          .allMatch(request -> request.contains("Proxy-Authorization: " + Proxy.EXPECTED))
          .noneMatch(request -> request.contains("Ym9iOmh1bnRlcg"));
    }
  }

  @Test
  void sendsPlainRequestsToAProxyThatWantsAPassword() throws Exception {
    try (ScriptedServer registry =
            new ScriptedServer(
                (http, count) ->
                    ScriptedServer.reply(http, 200, MediaTypes.OCI_MANIFEST, Samples.MANIFEST));
        Proxy proxy = new Proxy(registry.port())) {
      String output =
          run(
              "plain.test/team/app:1",
              Map.of("http_proxy", GOOD + proxy.host(), "WADAH_REGISTRIES", settings().toString()));
      assertThat(output).contains("got " + Digest.of(Samples.MANIFEST));
      assertThat(proxy.requests)
          .anyMatch(r -> r.startsWith("GET http://plain.test/v2/team/app/manifests/1 "));
    }
  }

  @Test
  void saysThatTheProxyRefusedAndShowsNoPassword() throws Exception {
    try (ScriptedServer registry = registry();
        Proxy proxy = new Proxy(registry.port())) {
      Map<String, String> environment =
          Map.of(
              "HTTPS_PROXY",
              "http://ann:wr0ng@" + proxy.host(),
              "HTTP_PROXY",
              "http://ann:wr0ng@" + proxy.host(),
              "WADAH_REGISTRIES",
              settings().toString());
      assertThat(run("registry.test/team/app:1", environment))
          .contains("failed: registry.test/team/app:1: cannot read its manifest: ")
          .contains("gave 407")
          .contains("the proxy wants other credentials")
          .doesNotContain("wr0ng", "YW5uOndyMG5n");
      assertThat(run("plain.test/team/app:1", environment))
          .contains("gave 407")
          .doesNotContain("wr0ng", "YW5uOndyMG5n");
      assertThat(registry.requests()).isEmpty();
    }
  }

  @Test
  void namesTheProxyThatLeadsNowhere() throws Exception {
    try (ScriptedServer registry = registry();
        Proxy proxy = new Proxy(registry.port(), "HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n")) {
      Map<String, String> environment =
          Map.of("HTTPS_PROXY", proxy.host(), "WADAH_REGISTRIES", settings().toString());
      assertThat(run("registry.test/team/app:1", environment))
          .contains("registry registry.test: the proxy does not lead there, it says 403 (through")
          .contains("(through the proxy " + proxy.host() + ")");
    }
    // It leads into a page of its own, which is no TLS.
    try (ScriptedServer registry = registry();
        Proxy proxy = new Proxy(registry.port(), "HTTP/1.1 200 OK\r\n\r\n<p>Log in!")) {
      Map<String, String> environment =
          Map.of("HTTPS_PROXY", proxy.host(), "WADAH_REGISTRIES", settings().toString());
      assertThat(run("registry.test/team/app:1", environment))
          .contains("registry registry.test: ")
          .contains("(through the proxy " + proxy.host() + ")");
    }
  }

  @Test
  void goesDirectlyWhereNoProxySaysSo() throws Exception {
    try (ScriptedServer registry = registry();
        Proxy proxy = new Proxy(registry.port())) {
      Map<String, String> environment =
          Map.of(
              "HTTPS_PROXY",
              GOOD + proxy.host(),
              "NO_PROXY",
              ".test",
              "WADAH_REGISTRIES",
              settings().toString());
      // No name server knows the name; a proxy would have.
      assertThat(run("registry.test/team/app:1", environment)).contains("no such host");
      assertThat(proxy.requests).isEmpty();
    }
  }

  /** A proxy that leads every name to one port here, for those who know the password. */
  private static final class Proxy implements Closeable {
    static final String EXPECTED = "Basic YW5uOnMzY3JldA==";

    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final String refusal;
    final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    Proxy(int target) throws IOException {
      this(target, "");
    }

    /** One that says the same to everybody; with "" it does its work. */
    Proxy(int target, String refusal) throws IOException {
      this.target = target;
      this.refusal = refusal;
      daemon(this::accept);
    }

    String host() {
      return "127.0.0.1:" + door.getLocalPort();
    }

    private static void daemon(Runnable task) {
      Thread thread = new Thread(task, "test-proxy");
      thread.setDaemon(true);
      thread.start();
    }

    private void accept() {
      while (!door.isClosed()) {
        try {
          Socket client = door.accept();
          daemon(() -> serve(client));
        } catch (IOException e) {
          if (!door.isClosed()) {
            throw new UncheckedIOException(e);
          }
        }
      }
    }

    private void serve(Socket client) {
      try (client;
          Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
        InputStream in = new BufferedInputStream(client.getInputStream());
        OutputStream out = client.getOutputStream();
        String head = head(in);
        requests.add(head);
        if (!refusal.isEmpty()) {
          out.write(refusal.getBytes(ISO_8859_1));
          return;
        }
        if (!head.contains("Proxy-Authorization: " + EXPECTED)) {
          out.write(
              "HTTP/1.1 407 X\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n"
                  .getBytes(ISO_8859_1));
          return;
        }
        if (head.startsWith("CONNECT ")) {
          out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1));
        } else {
          String[] words = head.split(" ", 3);
          String path = words[1].substring(words[1].indexOf("/v2/"));
          String passed = words[0] + " " + path + " " + words[2];
          server.getOutputStream().write(passed.getBytes(ISO_8859_1));
        }
        daemon(() -> copy(in, server));
        server.getInputStream().transferTo(out);
      } catch (IOException e) {
        // One side has gone.
      }
    }

    private static void copy(InputStream in, Socket server) {
      try {
        in.transferTo(server.getOutputStream());
      } catch (IOException e) {
        // One side has gone.
      }
    }

    private static String head(InputStream in) throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int c = in.read();
        if (c < 0) {
          throw new IOException("no whole head");
        }
        head.append((char) c);
      }
      return head.toString();
    }

    @Override
    public void close() throws IOException {
      door.close();
    }
  }
}
