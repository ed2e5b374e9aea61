package dev.wadah.registry.serve;

import dev.wadah.oci.Digest;
import java.io.IOException;
import java.util.Optional;

/** Answers requests for blobs and uploads. */
final class Blobs {
  private final Storage storage;

  Blobs(Storage storage) {
    this.storage = storage;
  }

  void blob(Route route, Exchange exchange) throws IOException {
    Digest digest = route.digest();
    if (!storage.hasBlob(route.repository(), digest)) {
      throw Fault.unknownBlob(digest);
    }
    if (exchange.isRead()) {
      exchange.header("Docker-Content-Digest", digest.toString());
      exchange.replyFile(storage.blob(digest));
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
        size(route);
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
        size(route);
        storage.cancel(route.repository(), route.item());
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
    String id = storage.beginUpload(repository);
    Optional<String> digest = exchange.query("digest");
    if (digest.isPresent()) {
      storage.append(repository, id, exchange.body());
      commit(repository, id, Route.digest(digest.get()), exchange);
      return;
    }
    session(exchange, repository, id);
    exchange.reply(202);
  }

  /** Without {@code from} any repository that has the blob will do. */
  private boolean mount(String repository, Digest digest, Exchange exchange) throws IOException {
    Optional<String> from = exchange.query("from");
    boolean there =
        from.isPresent()
            ? storage.hasBlob(Route.checked(from.get()), digest)
            : java.nio.file.Files.exists(storage.blob(digest));
    if (there) {
      storage.link(repository, digest);
      created(exchange, repository, digest);
    }
    return there;
  }

  private void append(Route route, Exchange exchange) throws IOException {
    long size = size(route);
    Optional<String> range = exchange.requestHeader("Content-Range");
    if (range.isPresent() && !range.get().replace("bytes ", "").startsWith(size + "-")) {
      session(exchange, route.repository(), route.item());
      throw new Fault(416, "BLOB_UPLOAD_INVALID", "the upload goes on at byte " + size);
    }
    storage.append(route.repository(), route.item(), exchange.body());
  }

  private void finish(Route route, Exchange exchange) throws IOException {
    append(route, exchange);
    Digest digest = Route.digest(exchange.query("digest").orElse(""));
    commit(route.repository(), route.item(), digest, exchange);
  }

  private void commit(String repository, String id, Digest digest, Exchange exchange)
      throws IOException {
    if (!storage.commit(repository, id, digest)) {
      throw new Fault(
          400, "DIGEST_INVALID", "provided digest did not match uploaded content: " + digest);
    }
    created(exchange, repository, digest);
  }

  private long size(Route route) throws IOException {
    Optional<Long> size = storage.uploaded(route.repository(), route.item());
    if (size.isEmpty()) {
      throw Fault.unknownUpload(route.item());
    }
    return size.get();
  }

  private void session(Exchange exchange, String repository, String id) throws IOException {
    long size = storage.uploaded(repository, id).orElse(0L);
    exchange.header("Location", "/v2/" + repository + "/blobs/uploads/" + id);
    exchange.header("Docker-Upload-UUID", id);
    exchange.header("Range", "0-" + Math.max(0, size - 1));
  }

  private static void created(Exchange exchange, String repository, Digest digest)
      throws IOException {
    exchange.header("Location", "/v2/" + repository + "/blobs/" + digest);
    exchange.header("Docker-Content-Digest", digest.toString());
    exchange.reply(201);
  }
}
