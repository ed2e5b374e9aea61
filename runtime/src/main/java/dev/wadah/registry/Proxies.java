package dev.wadah.registry;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code HTTP_PROXY}, {@code HTTPS_PROXY}, {@code NO_PROXY} in either case, as curl and docker read
 * them. Loopback hosts never go through a proxy.
 */
final class Proxies extends ProxySelector {
  private final Optional<URI> http;
  private final Optional<URI> https;
  private final List<String> direct;

  Proxies(Map<String, String> environment) {
    this.http = address(environment, "HTTP_PROXY");
    this.https = address(environment, "HTTPS_PROXY");
    this.direct =
        List.of(value(environment, "NO_PROXY").toLowerCase(Locale.ROOT).split("[, ]+", -1));
  }

  private static String value(Map<String, String> environment, String name) {
    String lower = environment.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    return lower.isEmpty() ? environment.getOrDefault(name, "") : lower;
  }

  private static Optional<URI> address(Map<String, String> environment, String name) {
    String text = value(environment, name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI uri = URI.create(text.contains("://") ? text : "http://" + text);
      return uri.getHost() == null ? Optional.empty() : Optional.of(uri);
    } catch (IllegalArgumentException e) {
      // An address that is none: as other programs do, go without.
      return Optional.empty();
    }
  }

  void configure(HttpClient.Builder builder) {
    if (http.isEmpty() && https.isEmpty()) {
      builder.proxy(HttpClient.Builder.NO_PROXY);
      return;
    }
    builder.proxy(this);
    boolean secret =
        http.filter(u -> u.getUserInfo() != null).isPresent()
            || https.filter(u -> u.getUserInfo() != null).isPresent();
    if (secret) {
      // The JDK refuses Basic for CONNECT unless told otherwise before its client's classes load.
      System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
      builder.authenticator(new ProxyPassword());
    }
  }

  @Override
  public List<Proxy> select(URI uri) {
    Optional<URI> proxy = uri.getScheme().equals("https") ? https : http;
    if (proxy.isEmpty() || isDirect(uri.getHost())) {
      return List.of(Proxy.NO_PROXY);
    }
    URI p = proxy.get();
    int port = p.getPort() >= 0 ? p.getPort() : 3128;
    return List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(p.getHost(), port)));
  }

  boolean isDirect(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    if (new Endpoint(name, "", Endpoint.Access.DEFAULT).isLoopback()) {
      return true;
    }
    for (String rule : direct) {
      String suffix = rule.startsWith("*") ? rule.substring(1) : rule;
      int colon = suffix.indexOf(':');
      suffix =
          colon > 0 && suffix.indexOf(':', colon + 1) < 0 ? suffix.substring(0, colon) : suffix;
      boolean all = rule.equals("*");
      boolean same = !suffix.isEmpty() && name.equals(suffix);
      boolean below =
          !suffix.isEmpty() && name.endsWith(suffix.startsWith(".") ? suffix : "." + suffix);
      if (all || same || below) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException e) {
    // The request fails by itself.
  }

  /** Answers the proxy that asks, and nobody else. */
  private final class ProxyPassword extends Authenticator {
    @Override
    protected PasswordAuthentication getPasswordAuthentication() {
      if (getRequestorType() != RequestorType.PROXY) {
        return null;
      }
      for (Optional<URI> proxy : List.of(https, http)) {
        if (proxy.isPresent()
            && proxy.get().getHost().equals(getRequestingHost())
            && proxy.get().getUserInfo() != null) {
          String[] parts = proxy.get().getUserInfo().split(":", 2);
          return new PasswordAuthentication(
              parts[0], (parts.length > 1 ? parts[1] : "").toCharArray());
        }
      }
      return null;
    }
  }
}
