package dev.wadah.registry;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** HTTP clients, one for each way of access, made when first needed. */
final class Connections {
  private final Proxies proxies;
  private final Duration connectTimeout;
  private final Map<Endpoint.Access, HttpClient> clients = new ConcurrentHashMap<>();

  /**
   * What the JDK's client reads at a time. With its own 16 KiB the download of half a gigabyte
   * costs 1.3 s of CPU, with these 0.35 s.
   */
  private static final int BUFFER_BYTES = 256 << 10;

  Connections(Map<String, String> environment, Duration connectTimeout) {
    this.connectTimeout = connectTimeout;
    this.proxies = new Proxies(environment);
    // Read once, when the client's classes load.
    if (System.getProperty("jdk.httpclient.bufsize") == null) {
      System.setProperty("jdk.httpclient.bufsize", Integer.toString(BUFFER_BYTES));
    }
  }

  /** Adds the credentials of the proxy that a request goes through, if any. */
  void authorizeProxy(URI uri, HttpRequest.Builder request) {
    proxies.authorize(uri, request);
  }

  HttpClient client(Endpoint.Access access) throws IOException {
    HttpClient client = clients.get(access);
    if (client == null) {
      HttpClient made = make(access);
      client = clients.putIfAbsent(access, made);
      client = client == null ? made : client;
    }
    return client;
  }

  private HttpClient make(Endpoint.Access access) throws IOException {
    // Version 1.1: parallel blobs get connections of their own instead of sharing one window.
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(connectTimeout);
    proxies.configure(builder);
    if (access.skipVerify() || !access.tls().isEmpty()) {
      Tls.configure(builder, access);
    }
    return builder.build();
  }
}
