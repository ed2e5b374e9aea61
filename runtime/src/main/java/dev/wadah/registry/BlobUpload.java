package dev.wadah.registry;

import dev.wadah.oci.Descriptor;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Uploads one blob (distribution-spec "Pushing blobs"): mount, else a session and one PUT that
 * streams. A broken upload begins again with a new session.
 */
final class BlobUpload {
  private final Transport transport;
  private final Endpoint endpoint;
  private final RetryPolicy retries;

  BlobUpload(Transport transport, Endpoint endpoint, RetryPolicy retries) {
    this.transport = transport;
    this.endpoint = endpoint;
    this.retries = retries;
  }

  /**
   * Uploads the blob.
   *
   * @param mountFrom the path of a repository on the same host that has it
   * @return bytes sent; 0 when it was mounted
   */
  long upload(Descriptor blob, Optional<String> mountFrom, Registry.BlobOpener content)
      throws IOException {
    Optional<String> source = mountFrom;
    for (int attempt = 1; ; attempt++) {
      Optional<URI> session = Optional.empty();
      try {
        session = source.isPresent() ? mount(blob, source.get()) : Optional.of(begin());
        if (session.isEmpty()) {
          content.mounted(source.get());
          return 0;
        }
        source = Optional.empty();
        finish(session.get(), blob, content);
        return blob.sizeBytes();
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        boolean again =
            retries.mayFollow(e) && (session.isPresent() ? isWorthAnother(e) : isFault(e));
        if (attempt >= retries.attempts() || !again) {
          throw e;
        }
        retries.pause(attempt, Optional.empty());
      }
    }
  }

  /** A registry that is about to stop may say so; a session was asked for often enough already. */
  private static boolean isFault(IOException e) {
    return e instanceof RegistryException known && known.status() == 500;
  }

  /** A session may have gone with the registry's process: then it says that it knows none. */
  private static boolean isWorthAnother(IOException e) {
    return !(e instanceof RegistryException known)
        || known.status() == 404
        || known.status() == 416
        || known.status() == 500
        || RetryPolicy.isTransient(known.status());
  }

  /**
   * Asks for a mount.
   *
   * @return empty if it was made, else a session
   */
  private Optional<URI> mount(Descriptor blob, String from) throws IOException {
    String query = "?mount=" + encode(blob.digest()) + "&from=" + encode(from);
    Scope scope = Scope.push(endpoint.path()).withMountFrom(from);
    Call call = Call.of("POST", "/blobs/uploads/" + query, scope).withBody(Call.Body.EMPTY);
    try (Reply reply = transport.send(endpoint, call)) {
      if (reply.status() == 201) {
        return Optional.empty();
      }
      // A registry may refuse the source: then the upload goes its usual way.
      return Optional.of(reply.status() == 202 ? location(reply) : begin());
    }
  }

  private URI begin() throws IOException {
    Call call =
        Call.of("POST", "/blobs/uploads/", Scope.push(endpoint.path())).withBody(Call.Body.EMPTY);
    try (Reply reply = transport.send(endpoint, call)) {
      if (reply.status() != 202) {
        throw reply.unexpected();
      }
      return location(reply);
    }
  }

  private static URI location(Reply reply) throws RegistryException {
    Optional<String> place = reply.header("Location");
    if (place.isEmpty()) {
      throw new RegistryException(
          Reply.shown(reply.uri()) + " takes an upload, but does not say where (Location)", null);
    }
    try {
      return reply.uri().resolve(place.get());
    } catch (IllegalArgumentException e) {
      throw new RegistryException(
          Reply.shown(reply.uri()) + " names a place for the upload that is no address", e);
    }
  }

  private void finish(URI session, Descriptor blob, Registry.BlobOpener content)
      throws IOException {
    String glue = session.getRawQuery() == null ? "?" : "&";
    String target = session + glue + "digest=" + encode(blob.digest());
    Call call =
        Call.of("PUT", target, Scope.push(endpoint.path()))
            .withHeader("Content-Type", "application/octet-stream")
            .withBody(new Call.Body(blob.sizeBytes(), content));
    try (Reply reply = transport.send(endpoint, call)) {
      if (reply.status() != 201 && reply.status() != 204) {
        throw reply.unexpected();
      }
    }
  }

  private static String encode(Object text) {
    return URLEncoder.encode(text.toString(), StandardCharsets.UTF_8);
  }
}
