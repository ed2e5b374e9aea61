package dev.wadah.build.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.build.BuildRequest.SecretSource;
import dev.wadah.content.Store;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.layer.FileNode;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpDownloadsTest {
  private static final byte[] TEXT = "over http\n".getBytes(StandardCharsets.UTF_8);

  @TempDir Path temp;
  private HttpServer server;
  private HttpServer other;
  private String url;

  /** Requests as "path authorization if-none-match if-modified-since". */
  private final List<String> seen = new CopyOnWriteArrayList<>();

  /** Requests to the server as a proxy, and those behind them, with the credentials for a proxy. */
  private final List<String> proxied = new CopyOnWriteArrayList<>();

  private volatile byte[] content = TEXT;
  private Map<String, String> environment = Map.of();

  @BeforeEach
  void serve() throws IOException {
    other = start();
    server = start();
    url = "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private HttpServer start() throws IOException {
    HttpServer made =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    made.createContext("/", this::answer);
    made.start();
    return made;
  }

  @AfterEach
  void stop() {
    server.stop(0);
    other.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    var headers = exchange.getRequestHeaders();
    String path = exchange.getRequestURI().getPath();
    if (exchange.getRequestURI().isAbsolute() || !proxied.isEmpty()) {
      proxied.add(exchange.getRequestURI() + " " + headers.getFirst("Proxy-Authorization"));
    }
    seen.add(
        "%s %s %s %s"
            .formatted(
                path,
                headers.getFirst("Authorization"),
                headers.getFirst("If-None-Match"),
                headers.getFirst("If-Modified-Since")));
    var reply = exchange.getResponseHeaders();
    int status = 200;
    if (path.startsWith("/status/")) {
      status = Integer.parseInt(path.substring(8));
    } else if (path.equals("/elsewhere")) {
      reply.set("Location", "http://127.0.0.1:%d/f".formatted(other.getAddress().getPort()));
      status = 302;
    } else if (path.equals("/loop")) {
      reply.set("Location", "/loop");
      status = 302;
    } else if (path.equals("/to-file")) {
      reply.set("Location", "file:///etc/passwd");
      status = 302;
    } else if (!path.equals("/undated")) {
      reply.set("Last-Modified", "Sat, 05 Apr 2003 06:07:08 GMT");
      String tag = '"' + Digest.of(content).abbreviated() + '"';
      if (path.endsWith("tagged")) {
        reply.set("ETag", tag);
      }
      if (tag.equals(headers.getFirst("If-None-Match"))
          || headers.getFirst("If-Modified-Since") != null) {
        status = 304;
      }
    }
    boolean body = status == 200;
    exchange.sendResponseHeaders(status, body ? content.length : -1);
    if (body) {
      exchange.getResponseBody().write(content);
    }
    exchange.close();
  }

  private RemoteSources.Fetched fetch(String path, Optional<Digest> checksum, SecretRequest secrets)
      throws Exception {
    return new RemoteSources(Store.open(temp.resolve("store")), environment)
        .http(path.contains("://") ? path : url + path, checksum, secrets);
  }

  private RemoteSources.Fetched fetch(String path) throws Exception {
    return fetch(path, Optional.empty(), new SecretRequest(Map.of(), Map.of()));
  }

  private Diagnostic fault(String path, Optional<Digest> checksum) {
    BuildException e =
        catchThrowableOfType(
            BuildException.class,
            () -> fetch(path, checksum, new SecretRequest(Map.of(), Map.of())));
    assertThat(e.diagnostics().get(0).why()).isNotBlank();
    assertThat(e.diagnostics().get(0).remedy()).isNotBlank();
    return e.diagnostics().get(0);
  }

  @Test
  void namesTheFileByThePathAndDatesItByTheServer() throws Exception {
    RemoteSources.Fetched fetched = fetch("/d/file%20x.txt?query=1");
    assertThat(fetched.tree().list("/")).containsExactly("file x.txt");
    FileNode node = fetched.tree().find("/file x.txt").orElseThrow();
    assertThat(node.mode()).isEqualTo(0600);
    assertThat(node.mtimeNanos()).isEqualTo(1_049_522_828_000_000_000L);
    assertThat(node.sizeBytes()).isEqualTo(TEXT.length);
    assertThat(fetched.key()).isEqualTo(Digest.of(TEXT));
    try (InputStream in = fetched.tree().open("/file x.txt")) {
      assertThat(in.readAllBytes()).isEqualTo(TEXT);
    }
  }

  @Test
  void namesAFileWithoutAPath() throws Exception {
    assertThat(fetch("/").tree().list("/")).containsExactly("__unnamed__");
  }

  @Test
  void asksForAChangeWithTagOrDateAndTakesItWhenThereIsOne() throws Exception {
    fetch("/tagged");
    fetch("/dated");
    assertThat(fetch("/tagged").key()).isEqualTo(Digest.of(TEXT));
    assertThat(fetch("/dated").key()).isEqualTo(Digest.of(TEXT));
    assertThat(seen.get(2)).matches("/tagged null \"[0-9a-f]+\" null");
    assertThat(seen.get(3)).isEqualTo("/dated null null Sat, 05 Apr 2003 06:07:08 GMT");
    content = new byte[] {'n'};
    assertThat(fetch("/tagged").key()).isEqualTo(Digest.of(content));
  }

  @Test
  void needsNoServerForAFileThatIsHereAndHasTheChecksum() throws Exception {
    fetch("/f");
    SecretRequest none = new SecretRequest(Map.of(), Map.of());
    assertThat(fetch("/f", Optional.of(Digest.of(TEXT)), none).key()).isEqualTo(Digest.of(TEXT));
    assertThat(seen).hasSize(1);
  }

  @Test
  void refusesAWrongChecksumAlsoOfWhatIsHere() throws Exception {
    Digest wrong = Digest.of(new byte[0]);
    assertThat(fault("/f", Optional.of(wrong)).message())
        .contains("digest mismatch")
        .contains(Digest.of(TEXT).toString())
        .contains(wrong.toString());
    fetch("/f");
    assertThat(fault("/f", Optional.of(wrong)).code()).isEqualTo("checksum-mismatch");
  }

  @Test
  void givesCredentialsToTheNamedHostOnly() throws Exception {
    SecretRequest secrets =
        new SecretRequest(
            Map.of(
                "HTTP_AUTH_TOKEN_127.0.0.1",
                new SecretSource.Value("t0ken\n".getBytes(StandardCharsets.UTF_8))),
            Map.of());
    fetch("/elsewhere", Optional.empty(), secrets);
    assertThat(seen).containsExactly("/elsewhere Bearer t0ken null null", "/f null null null");
    SecretRequest header =
        new SecretRequest(
            Map.of(
                "HTTP_AUTH_HEADER_127.0.0.1:" + server.getAddress().getPort(),
                new SecretSource.Value("Basic eA==".getBytes(StandardCharsets.UTF_8))),
            Map.of());
    fetch("/g", Optional.empty(), header);
    assertThat(seen).contains("/g Basic eA== null null");
  }

  @Test
  void keepsUserAndPasswordOfAUrlOutOfMessages() {
    Diagnostic fault = fault(url.replace("://", "://me:secret@") + "/status/403", Optional.empty());
    assertThat(fault.message()).contains("403").doesNotContain("secret");
    assertThat(seen.get(0)).contains("Basic bWU6c2VjcmV0");
  }

  @Test
  void saysWhatIsWrong() {
    assertThat(fault("/status/404", Optional.empty()).message()).contains("404");
    assertThat(fault("/status/500", Optional.empty()).why()).contains("server");
    assertThat(fault("/loop", Optional.empty()).message()).contains("redirects");
    assertThat(fault("/to-file", Optional.empty()).message()).contains("file:///etc/passwd");
    assertThat(fault("http://127.0.0.1:1/x", Optional.empty()).message()).contains("127.0.0.1:1");
    assertThat(fault("http://a b/x", Optional.empty()).code()).isEqualTo("invalid-url");
  }

  @Test
  void datesAnUndatedFileAsEverythingThatABuildMakes() throws Exception {
    FileNode node = fetch("/undated").tree().find("/undated").orElseThrow();
    assertThat(node.mtimeNanos()).isEqualTo(315_619_200_000_000_000L);
  }

  @Test
  void goesThroughTheProxyOfTheEnvironment() throws Exception {
    environment =
        Map.of("http_proxy", url.replace("://", "://me:pass@"), "NO_PROXY", "direct.invalid");

    RemoteSources.Fetched fetched = fetch("http://far.invalid/dir/file");

    assertThat(fetched.tree().list("/")).containsExactly("file");
    assertThat(fetched.key()).isEqualTo(Digest.of(TEXT));
    assertThat(proxied).containsExactly("http://far.invalid/dir/file Basic bWU6cGFzcw==");
    assertThat(fault("http://direct.invalid/f", Optional.empty()).message())
        .contains("direct.invalid");
    assertThat(proxied).hasSize(1);
    // a redirect to this machine leaves the proxy, and its credentials stay behind
    fetch("http://far.invalid/elsewhere");
    assertThat(proxied).hasSize(3);
    assertThat(proxied.get(2)).isEqualTo("/f null");
  }

  @Test
  void namesAProxyThatIsNone() {
    environment = Map.of("HTTP_PROXY", "socks5://me:secret@h:1");

    Diagnostic fault = fault("http://far.invalid/f", Optional.empty());

    assertThat(fault.code()).isEqualTo("invalid-proxy");
    assertThat(fault.message()).contains("HTTP_PROXY").doesNotContain("secret");
  }
}
