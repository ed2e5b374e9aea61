package dev.wadah.build;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** Stands before a real registry and passes everything on, but for requests that it hangs at. */
final class HangingRegistry implements Closeable {
  private static final List<String> HEADERS =
      List.of("Content-Type", "Location", "Docker-Content-Digest", "Range", "Content-Range");

  private final String behind;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client = HttpClient.newHttpClient();
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicInteger hung = new AtomicInteger();
  private volatile Pattern at = Pattern.compile("nothing");
  private volatile Way way = Way.SILENT;

  /** How it hangs. */
  enum Way {
    /** Takes the request and answers nothing. */
    SILENT,
    /** Answers with a head and nothing of the body. */
    HEAD_ONLY,
    /** Sends a byte of the body a second. */
    DRIP,
    /** Sends two kilobytes of the body a second: never silent, and always late. */
    TRICKLE,
    /** Sends 20 kilobytes of the body a second: enough not to be silent. */
    SLOW,
    /** Does not take the request's body. */
    DEAF
  }

  /** A front of the registry at {@code behind}, a host and a port. */
  HangingRegistry(String behind) throws IOException {
    this.behind = behind;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String host() {
    return "localhost:" + server.getAddress().getPort();
  }

  /** From now on hangs at requests whose method and path fit. */
  void hang(String requests, Way how) {
    at = Pattern.compile(requests);
    way = how;
  }

  /** How many requests it has hung at. */
  int hung() {
    return hung.get();
  }

  private void handle(HttpExchange http) throws IOException {
    try (http) {
      boolean hangs = at.matcher(http.getRequestMethod() + " " + http.getRequestURI()).lookingAt();
      if (hangs) {
        hung.incrementAndGet();
      }
      if (hangs && way == Way.DEAF) {
        rest();
        return;
      }
      byte[] body = http.getRequestBody().readAllBytes();
      if (hangs && way == Way.SILENT) {
        rest();
        return;
      }
      answer(http, ask(http, body), hangs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void rest() throws InterruptedException {
    over.await(60, TimeUnit.SECONDS);
  }

  private HttpResponse<byte[]> ask(HttpExchange http, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + behind + http.getRequestURI()))
            .method(http.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
    for (String name : List.of("Content-Type", "Accept", "Range")) {
      List<String> values = http.getRequestHeaders().get(name);
      if (values != null) {
        values.forEach(value -> request.header(name, value));
      }
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private void answer(HttpExchange http, HttpResponse<byte[]> reply, boolean hangs)
      throws IOException, InterruptedException {
    for (String name : HEADERS) {
      reply
          .headers()
          .firstValue(name)
          .ifPresent(value -> http.getResponseHeaders().set(name, value.replace(behind, host())));
    }
    byte[] body = reply.body();
    boolean head = http.getRequestMethod().equals("HEAD");
    reply
        .headers()
        .firstValue("Content-Length")
        .filter(length -> head)
        .ifPresent(length -> http.getResponseHeaders().set("Content-Length", length));
    http.sendResponseHeaders(reply.statusCode(), head || body.length == 0 ? -1 : body.length);
    if (head) {
      return;
    }
    OutputStream out = http.getResponseBody();
    out.flush();
    if (!hangs) {
      out.write(body);
      return;
    }
    int piece =
        switch (way) {
          case DRIP -> 1;
          case TRICKLE -> 100;
          case SLOW -> 1000;
          default -> 0;
        };
    for (int i = 0; piece > 0 && i < body.length; i += piece) {
      out.write(body, i, Math.min(piece, body.length - i));
      out.flush();
      if (over.await(way == Way.DRIP ? 1000 : 50, TimeUnit.MILLISECONDS)) {
        return;
      }
    }
    rest();
  }

  @Override
  public void close() {
    over.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
