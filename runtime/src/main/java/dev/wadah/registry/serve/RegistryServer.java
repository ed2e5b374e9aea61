package dev.wadah.registry.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A registry that serves a folder over plain HTTP until it is closed. */
public final class RegistryServer implements Closeable {
  private final HttpServer server;
  private final ExecutorService threads;
  private final Storage storage;
  private final Blobs blobs;
  private final Manifests manifests;
  private FrontDoor door;

  private RegistryServer(HttpServer server, Path folder) {
    this.server = server;
    this.storage = new Storage(folder);
    this.blobs = new Blobs(storage);
    this.manifests = new Manifests(storage);
    this.threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "wadah-registry");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Starts to serve.
   *
   * @param folder made when it is not there
   * @param address where to listen; port 0 takes a free one
   */
  public static RegistryServer start(Path folder, InetSocketAddress address) throws IOException {
    // Else small replies wait up to 40 ms for an acknowledgement; read when the JDK's class loads.
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
    Files.createDirectories(folder);
    InetSocketAddress inside = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    RegistryServer registry = new RegistryServer(HttpServer.create(inside, 0), folder);
    registry.server.setExecutor(registry.threads);
    registry.server.createContext("/", registry::handle);
    registry.server.start();
    try {
      registry.door = FrontDoor.open(address, registry.server.getAddress(), registry.threads);
    } catch (IOException e) {
      registry.close();
      throw e;
    }
    return registry;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return door.address();
  }

  /** What stands before the path in references, such as {@code localhost:5000}. */
  public String host() {
    return "localhost:" + address().getPort();
  }

  private void handle(HttpExchange http) throws IOException {
    try (http) {
      Exchange exchange = new Exchange(http);
      exchange.header("Docker-Distribution-API-Version", "registry/2.0");
      try {
        answer(exchange, Route.of(http.getRequestURI().getPath()));
      } catch (Fault fault) {
        exchange.reply(fault);
      }
    }
  }

  private void answer(Exchange exchange, Route route) throws IOException {
    switch (route.kind()) {
      case ROOT -> exchange.reply(200, "application/json", new byte[] {'{', '}'});
      case CATALOG -> list(exchange, "repositories", storage.repositories(), Optional.empty());
      case TAGS -> {
        if (!storage.hasRepository(route.repository())) {
          throw new Fault(404, "NAME_UNKNOWN", "repository unknown: " + route.repository());
        }
        List<String> tags = storage.tags(route.repository());
        list(exchange, "tags", tags, Optional.of(route.repository()));
      }
      case MANIFEST -> manifests.manifest(route, exchange);
      case BLOB -> blobs.blob(route, exchange);
      case UPLOAD -> blobs.upload(route, exchange);
      case REFERRERS -> manifests.referrers(route, exchange);
    }
  }

  /** A list, or the page of it that {@code n} and {@code last} ask for. */
  private static void list(
      Exchange exchange, String field, List<String> all, Optional<String> repository)
      throws IOException {
    String last = exchange.query("last").orElse("");
    List<String> rest = all.stream().filter(text -> text.compareTo(last) > 0).toList();
    int n = size(exchange.query("n").orElse(""), rest.size());
    List<String> page = rest.subList(0, Math.min(n, rest.size()));
    if (page.size() < rest.size() && !page.isEmpty()) {
      String path = repository.map(r -> "/v2/" + r + "/tags/list").orElse("/v2/_catalog");
      String next = page.get(page.size() - 1);
      exchange.header("Link", "<%s?n=%d&last=%s>; rel=\"next\"".formatted(path, n, next));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = Exchange.JSON.createGenerator(body)) {
      json.writeStartObject();
      if (repository.isPresent()) {
        json.writeStringField("name", repository.get());
      }
      json.writeArrayFieldStart(field);
      for (String text : page) {
        json.writeString(text);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    exchange.reply(200, "application/json", body.toByteArray());
  }

  private static int size(String n, int all) throws Fault {
    try {
      return n.isEmpty() ? all : Math.max(0, Integer.parseInt(n));
    } catch (NumberFormatException e) {
      throw new Fault(400, "PAGINATION_NUMBER_INVALID", "no number: " + n);
    }
  }

  /** Stops at once; requests under way are cut off. */
  @Override
  public void close() throws IOException {
    if (door != null) {
      door.close();
    }
    server.stop(0);
    threads.shutdownNow();
  }
}
