package dev.wadah.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** A server that misbehaves as a test says, and remembers what it was asked. */
final class ScriptedServer implements Closeable {
  private final HttpServer server;
  private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());

  /** What came. */
  record Request(String method, String path, String authorization, String range) {}

  /** What is answered. */
  @FunctionalInterface
  interface Script {
    /**
     * Answers.
     *
     * @param count how many requests of this method and path came before
     */
    void answer(HttpExchange http, int count) throws IOException;
  }

  ScriptedServer(Script script) throws IOException {
    this(script, HttpServer.create(anyPort(), 0));
  }

  /** A server with TLS. */
  static ScriptedServer secure(SSLContext context, ClientCertificate client, Script script)
      throws IOException {
    HttpsServer https = HttpsServer.create(anyPort(), 0);
    https.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = context.getDefaultSSLParameters();
            wanted.setNeedClientAuth(client == ClientCertificate.NEEDED);
            parameters.setSSLParameters(wanted);
          }
        });
    return new ScriptedServer(script, https);
  }

  /** Whether clients have to show a certificate. */
  enum ClientCertificate {
    NEEDED,
    NOT_NEEDED
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private ScriptedServer(Script script, HttpServer httpServer) {
    server = httpServer;
    server.setExecutor(
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task);
              thread.setDaemon(true);
              return thread;
            }));
    server.createContext("/", http -> handle(http, script));
    server.start();
  }

  private void handle(HttpExchange http, Script script) throws IOException {
    String method = http.getRequestMethod();
    String path = http.getRequestURI().toString();
    int count = count(method, path);
    requests.add(
        new Request(
            method,
            path,
            String.valueOf(http.getRequestHeaders().getFirst("Authorization")),
            String.valueOf(http.getRequestHeaders().getFirst("Range"))));
    if (path.equals("/v2/")
        && count == 0
        && http.getRequestHeaders().get("Authorization") == null) {
      // The question whether this is http at all.
      reply(http, 200, "application/json", "{}".getBytes(UTF_8));
      return;
    }
    try (http) {
      http.getRequestBody().readAllBytes();
      script.answer(http, count);
    }
  }

  private int count(String method, String path) {
    synchronized (requests) {
      return (int)
          requests.stream().filter(r -> r.method.equals(method) && r.path.equals(path)).count();
    }
  }

  static void reply(HttpExchange http, int status, String type, byte[] body) throws IOException {
    http.getResponseHeaders().set("Content-Type", type);
    http.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    http.getResponseBody().write(body);
    http.close();
  }

  List<Request> requests() {
    return List.copyOf(requests);
  }

  int port() {
    return server.getAddress().getPort();
  }

  String host() {
    return "localhost:" + port();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
