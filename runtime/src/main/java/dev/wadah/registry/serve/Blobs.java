package dev.wadah.registry.serve;

import dev.wadah.oci.Digest;
import java.io.IOException;
import java.util.Optional;

/** Answers requests for blobs and uploads. */
final class Blobs {
  private final Storage storage;
  private final Uploads uploads;

  Blobs(Storage storage, Uploads uploads) {
    this.storage = storage;
    this.uploads = uploads;
  }

  void blob(Route route, Exchange exchange) throws IOException {
    Digest digest = route.digest();
    if (!storage.hasBlob(route.repository(), digest)) {
      throw Fault.unknownBlob(digest);
    }
    if (exchange.isRead()) {
      exchange.header("Docker-Content-Digest", digest.toString());
      exchange.replyFile(storage.blob(digest), digest);
    } else if (exchange.method().equals("DELETE")) {
      storage.unlink(route.repository(), digest);
      exchange.reply(202);
    } else {
      throw Fault.unsupported(exchange.method() + " of a blob");
    }
  }

  void upload(Route route, Exchange exchange) throws IOException {
    switch (exchange.method()) {
      case "POST" -> begin(route, exchange);
      case "GET" -> {
        session(exchange, route.repository(), route.item());
        exchange.reply(204);
      }
      case "PATCH" -> {
        append(route, exchange);
        session(exchange, route.repository(), route.item());
        exchange.reply(202);
      }
      case "PUT" -> finish(route, exchange);
      case "DELETE" -> {
        uploads.cancel(route.repository(), route.item());
        exchange.reply(204);
      }
      default -> throw Fault.unsupported(exchange.method() + " of an upload");
    }
  }

  private void begin(Route route, Exchange exchange) throws IOException {
    String repository = route.repository();
    Optional<String> mount = exchange.query("mount");
    if (mount.isPresent() && mount(repository, Route.digest(mount.get()), exchange)) {
      return;
    }
    Optional<String> text = exchange.query("digest");
    if (text.isPresent()) {
      Digest digest = Route.digest(text.get());
      String id = uploads.begin(repository);
      uploads.append(repository, id, Optional.empty(), exchange.body());
      uploads.commit(repository, id, digest);
      created(exchange, repository, digest);
      return;
    }
    String id = uploads.begin(repository);
    session(exchange, repository, id);
    exchange.reply(202);
  }

  /** Without {@code from} any repository that has the blob will do. */
  private boolean mount(String repository, Digest digest, Exchange exchange) throws IOException {
    Optional<String> from = exchange.query("from");
    boolean allowed = from.isEmpty() || storage.hasBlob(Route.checked(from.get()), digest);
    boolean there = allowed && storage.link(repository, digest);
    if (there) {
      created(exchange, repository, digest);
    }
    return there;
  }

  private void append(Route route, Exchange exchange) throws IOException {
    Optional<Long> from = Optional.empty();
    Optional<String> range = exchange.requestHeader("Content-Range");
    if (range.isPresent()) {
      from = Optional.of(first(range.get()));
    }
    try {
      uploads.append(route.repository(), route.item(), from, exchange.body());
    } catch (Fault fault) {
      if (fault.status() == 416) {
        session(exchange, route.repository(), route.item());
      }
      throw fault;
    }
  }

  /** The first byte of {@code 5-9}; some clients say {@code bytes 5-9/10}. */
  private static long first(String range) throws Fault {
    String text = range.startsWith("bytes ") ? range.substring(6) : range;
    int dash = text.indexOf('-');
    try {
      return Long.parseLong(text.substring(0, Math.max(0, dash)).strip());
    } catch (NumberFormatException e) {
      throw new Fault(416, "BLOB_UPLOAD_INVALID", "no range: " + range);
    }
  }

  private void finish(Route route, Exchange exchange) throws IOException {
    Digest digest = Route.digest(exchange.query("digest").orElse(""));
    append(route, exchange);
    uploads.commit(route.repository(), route.item(), digest);
    created(exchange, route.repository(), digest);
  }

  private void session(Exchange exchange, String repository, String id) throws IOException {
    long size = uploads.size(repository, id);
    exchange.header("Location", "/v2/" + repository + "/blobs/uploads/" + id);
    exchange.header("Docker-Upload-UUID", id);
    exchange.header("Range", "0-" + Math.max(0, size - 1));
  }

  private static void created(Exchange exchange, String repository, Digest digest) {
    exchange.header("Location", "/v2/" + repository + "/blobs/" + digest);
    exchange.header("Docker-Content-Digest", digest.toString());
    exchange.reply(201);
  }
}
