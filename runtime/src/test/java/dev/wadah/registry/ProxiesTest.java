package dev.wadah.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which request goes through which proxy. */
class ProxiesTest {
  private static final String PROXY = "http://ann:s3c%2Bret@proxy.example:8080";

  static Stream<Arguments> rows() throws IOException {
    Path file = Path.of(System.getProperty("wadah.testdata"), "registry", "no-proxy.txt");
    return Files.readAllLines(file).stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> Arguments.of((Object[]) line.split(" *\\| *")));
  }

  @ParameterizedTest(name = "[{0}] {1}: {3}")
  @MethodSource("rows")
  void leavesOutWhatNoProxyNames(String noProxy, String address, String way, String why) {
    Proxies proxies =
        new Proxies(Map.of("HTTP_PROXY", PROXY, "HTTPS_PROXY", PROXY, "NO_PROXY", noProxy));
    assertThat(proxies.proxy(URI.create(address)).isPresent())
        .as(why)
        .isEqualTo(way.equals("proxy"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "http for http,         HTTP_PROXY,  http://p:1,     http://r.example,  p:1",
    "https for https,       HTTPS_PROXY, http://p:1,     https://r.example, p:1",
    "not http for https,    HTTP_PROXY,  http://p:1,     https://r.example, none",
    "not https for http,    HTTPS_PROXY, http://p:1,     http://r.example,  none",
    "in small letters,      https_proxy, http://p:1,     https://r.example, p:1",
    "without a scheme,      HTTPS_PROXY, p:3128,         https://r.example, p:3128",
    "without a port,        HTTPS_PROXY, http://p,       https://r.example, p:80",
    "with a slash,          HTTPS_PROXY, http://p:1/,    https://r.example, p:1",
    "an address of IPv6,    HTTPS_PROXY, http://[::1]:9, https://r.example, [::1]:9",
    "an empty variable,     HTTPS_PROXY, '',             https://r.example, none",
  })
  void readsTheVariables(
      String what, String variable, String value, String address, String expected) {
    String actual =
        new Proxies(Map.of(variable, value))
            .proxy(URI.create(address))
            .map(at -> at.getHostString() + ":" + at.getPort())
            .orElse("none");
    assertThat(actual).as(what).isEqualTo(expected);
  }

  @Test
  void smallLettersComeFirst() {
    Proxies proxies = new Proxies(Map.of("http_proxy", "http://a:1", "HTTP_PROXY", "http://b:2"));
    assertThat(proxies.proxy(URI.create("http://r.example")).orElseThrow().getHostString())
        .isEqualTo("a");
  }

  @Test
  void sendsItsPasswordOnlyThroughTheProxy() {
    Proxies proxies = new Proxies(Map.of("HTTPS_PROXY", PROXY, "NO_PROXY", "b.example"));
    assertThat(authorization(proxies, "https://a.example")).isEqualTo("Basic YW5uOnMzYytyZXQ=");
    assertThat(authorization(proxies, "https://b.example")).isEqualTo("none");
    assertThat(authorization(proxies, "http://a.example")).isEqualTo("none");
  }

  @Test
  void namesTheProxyThatCannotBeReached() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    String proxy = "127.0.0.1:" + port;
    HttpRegistry registry =
        new HttpRegistry(
            Map.of("HOME", "/nonexistent", "HTTPS_PROXY", "http://ann:s3cret@" + proxy),
            RegistryContract.QUICK);
    assertThatThrownBy(() -> registry.manifest(ImageReference.parse("r.example/app:1")))
        .hasMessage(
            "r.example/app:1: cannot read its manifest: registry r.example: the proxy %s: connection refused",
            proxy);
  }

  private static String authorization(Proxies proxies, String address) {
    URI uri = URI.create(address);
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    proxies.authorize(uri, request);
    return request.build().headers().firstValue("Proxy-Authorization").orElse("none");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "https://ann:s3cret@p:1,   HTTPS_PROXY names a proxy of the kind https",
    "socks5://ann:s3cret@p:1,  HTTPS_PROXY names a proxy of the kind socks5",
    "http://ann:s3cret@,       HTTPS_PROXY holds no address of a proxy",
    "http://ann:s3 cret@p:1,   HTTPS_PROXY holds no address of a proxy",
  })
  void refusesAProxyThatCannotBeUsedWithoutShowingItsPassword(String value, String message) {
    Proxies proxies = new Proxies(Map.of("HTTPS_PROXY", value));
    assertThatThrownBy(() -> proxies.configure(HttpClient.newBuilder()))
        .isInstanceOf(RegistryException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("s3");
  }
}
