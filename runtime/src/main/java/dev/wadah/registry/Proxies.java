package dev.wadah.registry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxies that {@code HTTP_PROXY}, {@code HTTPS_PROXY} and {@code NO_PROXY} name, in either
 * case, as docker reads them ({@code golang.org/x/net/http/httpproxy}). Loopback hosts never go
 * through a proxy. Use it in two places:
 *
 * <pre>{@code
 * proxies.configure(clientBuilder);         // once per client
 * proxies.authorize(uri, requestBuilder);   // for each request
 * }</pre>
 *
 * <p>The client gets no {@code Authenticator}: with one, the JDK's client drops the {@code
 * Authorization} that we set ourselves, and fails on a 401 that the authenticator cannot answer.
 */
public final class Proxies {
  /** As in Go, and so in docker, where an address names no port. */
  private static final int DEFAULT_PORT = 80;

  private final Setting http;
  private final Setting https;
  private final NoProxy direct;

  /** Reads the variables; what is wrong with them is told by {@link #configure}. */
  public Proxies(Map<String, String> environment) {
    this.http = Setting.of(environment, "HTTP_PROXY");
    this.https = Setting.of(environment, "HTTPS_PROXY");
    this.direct = new NoProxy(value(environment, "NO_PROXY"));
    if (http.authorization().isPresent() || https.authorization().isPresent()) {
      // The JDK refuses Basic for CONNECT unless told so before its client's classes load.
      System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    }
  }

  /**
   * One variable.
   *
   * @param fault what is wrong with it; empty when nothing is
   * @param address the proxy; empty when there is none
   * @param authorization the header for it; empty when the variable holds no user
   */
  private record Setting(
      String fault, Optional<InetSocketAddress> address, Optional<String> authorization) {
    private static final Setting NONE = new Setting("", Optional.empty(), Optional.empty());

    static Setting of(Map<String, String> environment, String name) {
      String text = value(environment, name);
      if (text.isEmpty()) {
        return NONE;
      }
      URI uri;
      try {
        uri = URI.create(text.contains("://") ? text : "http://" + text);
      } catch (IllegalArgumentException e) {
        return wrong(name + " holds no address of a proxy");
      }
      if (!"http".equalsIgnoreCase(uri.getScheme())) {
        return wrong(
            "%s names a proxy of the kind %s; only http proxies can be used"
                .formatted(name, uri.getScheme()));
      }
      if (uri.getHost() == null) {
        return wrong(name + " holds no address of a proxy");
      }
      int port = uri.getPort() >= 0 ? uri.getPort() : DEFAULT_PORT;
      return new Setting(
          "",
          Optional.of(InetSocketAddress.createUnresolved(uri.getHost(), port)),
          Optional.ofNullable(uri.getRawUserInfo()).map(Proxies::basic));
    }

    private static Setting wrong(String fault) {
      return new Setting(fault, Optional.empty(), Optional.empty());
    }
  }

  private static String value(Map<String, String> environment, String name) {
    String lower = environment.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    return (lower.isEmpty() ? environment.getOrDefault(name, "") : lower).strip();
  }

  private static String basic(String userInfo) {
    // A plus sign stands for itself here, other than in a form.
    String text = URLDecoder.decode(userInfo.replace("+", "%2B"), StandardCharsets.UTF_8);
    byte[] bytes = (text.contains(":") ? text : text + ":").getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(bytes);
  }

  /**
   * Makes a client use the proxies.
   *
   * @throws RegistryException if a variable holds no address of an http proxy; names it, without
   *     its value, which may hold a password
   */
  public void configure(HttpClient.Builder builder) throws RegistryException {
    for (Setting setting : List.of(http, https)) {
      if (!setting.fault().isEmpty()) {
        throw new RegistryException(setting.fault(), null);
      }
    }
    boolean none = http.address().isEmpty() && https.address().isEmpty();
    builder.proxy(none ? HttpClient.Builder.NO_PROXY : new Selector());
  }

  /** Adds our credentials to a request that goes through a proxy; they are not sent further. */
  public void authorize(URI uri, HttpRequest.Builder request) {
    Setting setting = setting(uri);
    setting.authorization().ifPresent(value -> request.setHeader("Proxy-Authorization", value));
  }

  /** Where a request is sent instead; empty when it goes to its host. */
  Optional<InetSocketAddress> proxy(URI uri) {
    return setting(uri).address();
  }

  private Setting setting(URI uri) {
    boolean secure = uri.getScheme().equalsIgnoreCase("https");
    int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
    boolean goesDirect = uri.getHost() == null || direct.covers(uri.getHost(), port);
    return goesDirect ? Setting.NONE : secure ? https : http;
  }

  /** The JDK's view. */
  private final class Selector extends ProxySelector {
    @Override
    public List<Proxy> select(URI uri) {
      Optional<InetSocketAddress> at = proxy(uri);
      if (at.isEmpty()) {
        return List.of(Proxy.NO_PROXY);
      }
      // Looked up here, so that nobody waits for a name server who asks nothing.
      InetSocketAddress found = new InetSocketAddress(at.get().getHostString(), at.get().getPort());
      return List.of(new Proxy(Proxy.Type.HTTP, found));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
      // The request fails by itself.
    }
  }
}
