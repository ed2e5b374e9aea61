package dev.wadah.registry;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * HTTP clients, one for each way of access, made when first needed; for plain http they are others
 * than for https.
 */
final class Connections {
  private final Proxies proxies;
  private final Duration connectTimeout;
  private final Map<Way, HttpClient> clients = new ConcurrentHashMap<>();

  /** How a host is talked to. */
  private record Way(Endpoint.Access access, boolean encrypted) {}

  /**
   * What the JDK's client reads at a time. With its own 16 KiB the download of half a gigabyte
   * costs 1.3 s of CPU, with these 0.35 s.
   */
  private static final int BUFFER_BYTES = 256 << 10;

  private static final String SELECTORS = "java.nio.channels.spi.SelectorProvider";
  private static final String EPOLL = "sun.nio.ch.EPollSelectorProvider";

  Connections(Map<String, String> environment, Duration connectTimeout) {
    this.connectTimeout = connectTimeout;
    this.proxies = new Proxies(environment);
    // Read once, when the client's classes load.
    if (System.getProperty("jdk.httpclient.bufsize") == null) {
      System.setProperty("jdk.httpclient.bufsize", Integer.toString(BUFFER_BYTES));
    }
    nameSelectors();
  }

  /**
   * Names what waits for sockets on Linux, the JDK's own and only. Otherwise the JDK looks for
   * another in every jar of the class path first, which takes 40 ms.
   */
  private static void nameSelectors() {
    if (System.getProperty(SELECTORS) != null) {
      return;
    }
    try {
      Class.forName(EPOLL, false, null);
      System.setProperty(SELECTORS, EPOLL);
    } catch (ClassNotFoundException e) {
      // A JDK that calls it otherwise looks for it.
    }
  }

  /** Adds the credentials of the proxy that a request goes through, if any. */
  void authorizeProxy(URI uri, HttpRequest.Builder request) {
    proxies.authorize(uri, request);
  }

  /** A failed connection, with the proxy named that was meant to be reached, not the host. */
  ConnectException unreachable(URI uri, ConnectException failure) {
    Optional<InetSocketAddress> proxy = proxies.proxy(uri);
    if (proxy.isEmpty()) {
      return failure;
    }
    // Without the cause, which would tell of the host.
    ConnectException told =
        new ConnectException(
            "the proxy %s:%d: %s"
                .formatted(
                    proxy.get().getHostString(),
                    proxy.get().getPort(),
                    Failures.describe(failure)));
    told.addSuppressed(failure);
    return told;
  }

  /** Notes at a failure the proxy that the request went through, if any. */
  void noteProxy(URI uri, IOException failure) {
    proxies.proxy(uri).ifPresent(proxy -> failure.addSuppressed(new ProxyInBetween(proxy)));
  }

  /**
   * The client for an address.
   *
   * @throws RegistryException if a file that the access names is no PEM file of its kind
   */
  HttpClient client(Endpoint.Access access, URI uri) throws IOException {
    Way way = new Way(access, "https".equals(uri.getScheme()));
    HttpClient client = clients.get(way);
    if (client == null) {
      HttpClient made = make(way);
      client = clients.putIfAbsent(way, made);
      client = client == null ? made : client;
    }
    return client;
  }

  /**
   * Looks a name up in this thread. The first look-up of a JVM asks the class loader of its thread
   * for a service that resolves names: ours may have been given a small one (see the command's
   * Main), the client's threads have that of the class path with all its jars.
   */
  private static void settleResolver() {
    try {
      InetAddress.getByName("localhost");
    } catch (UnknownHostException e) {
      // Whoever resolves names has been found, which was what was wanted.
    }
  }

  private HttpClient make(Way way) throws IOException {
    settleResolver();
    // Version 1.1: parallel blobs get connections of their own instead of sharing one window.
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(connectTimeout);
    proxies.configure(builder);
    if (!way.encrypted()) {
      builder.sslContext(new NoTls());
    } else if (way.access().skipVerify() || !way.access().tls().isEmpty()) {
      Tls.configure(builder, way.access());
    }
    return builder.build();
  }
}
