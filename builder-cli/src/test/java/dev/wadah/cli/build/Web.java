package dev.wadah.cli.build;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/**
 * A web server on loopback over a folder: files with ETags, Git repositories below {@code /git/} by
 * git's own server program, and {@code /to/PORT/...} as a redirect to another port. What is below
 * {@code /private/} and {@code /git/private} is for those with the right Authorization only.
 */
final class Web implements AutoCloseable {
  static final String BEARER = "Bearer t0ken";

  private final Path folder;
  private final HttpServer server;

  /** Requests as "METHOD path authorization", in order. */
  final List<String> seen = new CopyOnWriteArrayList<>();

  Web(Path folder) throws IOException {
    this.folder = folder;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url(String path) {
    return "http://127.0.0.1:%d/%s".formatted(port(), path);
  }

  /** How often a path was asked for. */
  long asked(String path) {
    return seen.stream().filter(line -> line.split(" ", -1)[1].equals(path)).count();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      seen.add(exchange.getRequestMethod() + " " + path + " " + authorization);
      boolean secret = path.startsWith("/private/") || path.startsWith("/git/private");
      if (path.startsWith("/to/")) {
        String[] parts = path.split("/", 4);
        String target = "http://127.0.0.1:%s/%s".formatted(parts[2], parts[3]);
        exchange.getResponseHeaders().set("Location", target);
        exchange.sendResponseHeaders(302, -1);
      } else if (secret && (authorization == null || !isRight(authorization))) {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
        exchange.sendResponseHeaders(401, -1);
      } else if (path.startsWith("/git/")) {
        git(exchange, path.substring("/git".length()));
      } else {
        file(exchange, folder.resolve(path.substring(1)));
      }
    }
  }

  /** The token of a download, or that of a repository, which goes as a password. */
  private static boolean isRight(String authorization) {
    return authorization.equals(BEARER)
        || authorization.equalsIgnoreCase("basic eC1hY2Nlc3MtdG9rZW46dDBrZW4=");
  }

  private static void file(HttpExchange exchange, Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    byte[] content = Files.readAllBytes(file);
    String tag = "\"" + java.util.Arrays.hashCode(content) + "\"";
    exchange.getResponseHeaders().set("ETag", tag);
    exchange.getResponseHeaders().set("Last-Modified", "Sat, 05 Apr 2003 06:07:08 GMT");
    if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      exchange.sendResponseHeaders(304, -1);
      return;
    }
    exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
    exchange.getResponseBody().write(content);
  }

  /** Runs git-http-backend as a CGI program. */
  private void git(HttpExchange exchange, String path) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("git", "http-backend");
    Map<String, String> environment = builder.environment();
    environment.put("GIT_PROJECT_ROOT", folder.resolve("git").toString());
    environment.put("GIT_HTTP_EXPORT_ALL", "1");
    environment.put("REQUEST_METHOD", exchange.getRequestMethod());
    environment.put("PATH_INFO", path);
    String query = exchange.getRequestURI().getRawQuery();
    environment.put("QUERY_STRING", query == null ? "" : query);
    header(exchange, "Content-Type", environment, "CONTENT_TYPE");
    header(exchange, "Content-Encoding", environment, "HTTP_CONTENT_ENCODING");
    header(exchange, "Git-Protocol", environment, "GIT_PROTOCOL");
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    byte[] body = exchange.getRequestBody().readAllBytes();
    Process process = builder.start();
    try (var in = process.getOutputStream()) {
      in.write(body);
    }
    InputStream out = process.getInputStream();
    int status = 200;
    for (String line = line(out); !line.isEmpty(); line = line(out)) {
      String[] field = line.split(": ", 2);
      if (field[0].equals("Status")) {
        status = Integer.parseInt(field[1].substring(0, 3));
      } else {
        exchange.getResponseHeaders().set(field[0], field[1]);
      }
    }
    exchange.sendResponseHeaders(status, 0);
    out.transferTo(exchange.getResponseBody());
  }

  private static void header(
      HttpExchange exchange, String name, Map<String, String> environment, String variable) {
    String value = exchange.getRequestHeaders().getFirst(name);
    if (value != null) {
      environment.put(variable, value);
    }
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
