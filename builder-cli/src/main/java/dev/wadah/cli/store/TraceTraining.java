package dev.wadah.cli.store;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.wadah.cli.Console;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Trains builds that are sent as traces, which have an archive of their own: what sends them is a
 * thousand classes, which take a second to load from their jars and would cost each start of a
 * build that sends nothing.
 */
final class TraceTraining {
  private static final int OK = 200;
  private static final int NO_BODY = -1;

  private TraceTraining() {}

  /** What is trained while the collector listens. */
  @FunctionalInterface
  interface Builds {
    /** Builds, with what {@code console} says. */
    void run(Console console) throws IOException;
  }

  /** Runs builds with a console whose environment asks for traces, and takes what they send. */
  static void run(Console console, Builds builds) throws IOException {
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext("/", TraceTraining::accept);
    collector.start();
    try {
      builds.run(traced(console, "http://localhost:" + collector.getAddress().getPort()));
    } finally {
      collector.stop(0);
    }
  }

  private static void accept(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      exchange.sendResponseHeaders(OK, NO_BODY);
    }
  }

  private static Console traced(Console console, String endpoint) {
    Map<String, String> environment = new HashMap<>(console.environment());
    // The user's own settings may name another collector, or ways of speaking that ours has not.
    environment.keySet().removeIf(name -> name.startsWith("OTEL_"));
    environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    return new Console(
        console.in(), console.out(), console.err(), environment, "", Console.Streams.OWN);
  }
}
