package dev.wadah.registry.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/** Sends each request to the part that answers it. */
final class Requests {
  private final Storage storage;
  private final Blobs blobs;
  private final Manifests manifests;

  Requests(Storage storage) throws IOException {
    this.storage = storage;
    this.blobs = new Blobs(storage, new Uploads(storage));
    this.manifests = new Manifests(storage);
  }

  /** Answers a request, be it with an error. */
  void answer(String path, Exchange exchange) throws IOException {
    exchange.header("Docker-Distribution-API-Version", "registry/2.0");
    try {
      answer(exchange, Route.of(path));
    } catch (Fault fault) {
      exchange.reply(fault);
    }
  }

  private void answer(Exchange exchange, Route route) throws IOException {
    switch (route.kind()) {
      case ROOT -> {
        requireRead(exchange);
        exchange.reply(200, "application/json", new byte[] {'{', '}'});
      }
      case CATALOG -> {
        requireRead(exchange);
        list(exchange, "repositories", storage.repositories(), Optional.empty());
      }
      case TAGS -> {
        requireRead(exchange);
        if (!storage.hasRepository(route.repository())) {
          throw new Fault(404, "NAME_UNKNOWN", "repository unknown: " + route.repository());
        }
        List<String> tags = storage.tags(route.repository());
        list(exchange, "tags", tags, Optional.of(route.repository()));
      }
      case MANIFEST -> manifests.manifest(route, exchange);
      case BLOB -> blobs.blob(route, exchange);
      case UPLOAD -> blobs.upload(route, exchange);
      case REFERRERS -> {
        requireRead(exchange);
        manifests.referrers(route, exchange);
      }
    }
  }

  private static void requireRead(Exchange exchange) throws Fault {
    if (!exchange.isRead()) {
      throw Fault.unsupported(exchange.method() + " of a list");
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
    try (JsonGenerator json = Exchange.JSON.createGenerator((OutputStream) body)) {
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
}
