package dev.wadah.registry;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/** Requests for manifests and indexes, which are small and kept in their original bytes. */
final class ManifestCalls {
  /** The largest manifest or index that is read (distribution-spec "Pushing Manifests"). */
  static final int MAX_MANIFEST_BYTES = 4 << 20;

  private static final String ACCEPT =
      String.join(
          ", ",
          MediaTypes.OCI_MANIFEST,
          MediaTypes.OCI_INDEX,
          MediaTypes.DOCKER_MANIFEST,
          MediaTypes.DOCKER_INDEX,
          MediaTypes.DOCKER_SCHEMA_1 + "+prettyjws;q=0.1",
          MediaTypes.DOCKER_SCHEMA_1 + "+json;q=0.1");

  private final Transport transport;
  private final Endpoint endpoint;

  ManifestCalls(Transport transport, Endpoint endpoint) {
    this.transport = transport;
    this.endpoint = endpoint;
  }

  private static String selector(ImageReference reference) {
    return reference.digest().map(Digest::toString).orElse(reference.tag().orElse("latest"));
  }

  private Reply ask(String method, ImageReference reference) throws IOException {
    return transport.receive(
        endpoint,
        Call.of(method, "/manifests/" + selector(reference), Scope.pull(endpoint.path()))
            .withHeader("Accept", ACCEPT),
        MAX_MANIFEST_BYTES);
  }

  Registry.Document get(ImageReference reference) throws IOException {
    try (Reply reply = ask("GET", reference)) {
      if (reply.status() != 200) {
        throw reply.unexpected();
      }
      byte[] bytes = document(reply);
      requireDigest(reply, reference, bytes);
      return new Registry.Document(mediaType(reply, bytes), bytes);
    }
  }

  private static byte[] document(Reply reply) throws IOException {
    if (reply.contentLength() <= MAX_MANIFEST_BYTES) {
      byte[] bytes = reply.bytes(MAX_MANIFEST_BYTES);
      if (bytes.length <= MAX_MANIFEST_BYTES) {
        return bytes;
      }
    }
    throw new RegistryException(
        "%s sends a manifest of more than %d MiB"
            .formatted(Reply.shown(reply.uri()), MAX_MANIFEST_BYTES >> 20),
        null);
  }

  /** What the headers of a HEAD say; a registry that leaves the digest out is asked in full. */
  Optional<Descriptor> head(ImageReference reference) throws IOException {
    try (Reply reply = ask("HEAD", reference)) {
      if (reply.status() == 404) {
        return Optional.empty();
      }
      if (reply.status() != 200) {
        throw reply.unexpected();
      }
      Optional<Digest> digest = stated(reply);
      String type = reply.header("Content-Type").orElse("");
      boolean known = MediaTypes.isIndex(type) || MediaTypes.isManifest(type);
      return digest.isPresent() && known && reply.contentLength() >= 0
          ? Optional.of(Descriptor.of(type, digest.get(), reply.contentLength()))
          : Optional.of(get(reference).descriptor());
    }
  }

  Descriptor put(ImageReference reference, Registry.Document document) throws IOException {
    Descriptor descriptor = document.descriptor();
    String name = reference.tag().orElse(descriptor.digest().toString());
    byte[] bytes = document.bytes();
    Call call =
        Call.of("PUT", "/manifests/" + name, Scope.push(endpoint.path()))
            .withHeader("Content-Type", document.mediaType())
            .withBody(new Call.Body(bytes.length, () -> new ByteArrayInputStream(bytes)));
    try (Reply reply = transport.send(endpoint, call)) {
      if (reply.status() != 201 && reply.status() != 202 && reply.status() != 200) {
        throw reply.unexpected();
      }
      // It says 200 to everything, also to the question whether the blobs are there.
      reply.requireNoPage();
      Optional<Digest> stored = stated(reply);
      if (stored.isPresent() && !stored.get().equals(descriptor.digest())) {
        throw new RegistryException(
            "%s stored %s instead of %s"
                .formatted(Reply.shown(reply.uri()), stored.get(), descriptor.digest()),
            null);
      }
    }
    return descriptor;
  }

  Optional<Registry.Document> referrers(Digest subject) throws IOException {
    String rest = "/referrers/" + URLEncoder.encode(subject.toString(), StandardCharsets.UTF_8);
    Call call = Call.of("GET", rest, Scope.pull(endpoint.path()));
    try (Reply reply = transport.receive(endpoint, call, MAX_MANIFEST_BYTES)) {
      if (reply.status() == 404) {
        return Optional.empty();
      }
      if (reply.status() != 200) {
        throw reply.unexpected();
      }
      byte[] bytes = document(reply);
      return Optional.of(new Registry.Document(mediaType(reply, bytes), bytes));
    }
  }

  void delete(ImageReference reference) throws IOException {
    Scope scope = new Scope(endpoint.path(), "pull,push,delete", "");
    Call call = Call.of("DELETE", "/manifests/" + selector(reference), scope);
    try (Reply reply = transport.send(endpoint, call)) {
      if (!reply.isSuccess()) {
        throw reply.unexpected();
      }
    }
  }

  private static void requireDigest(Reply reply, ImageReference reference, byte[] bytes)
      throws RegistryException {
    Optional<Digest> expected = reference.digest().or(() -> stated(reply));
    if (expected.isPresent()) {
      Digest actual = hash(expected.get().algorithm(), bytes);
      if (!actual.equals(expected.get())) {
        throw new RegistryException(
            "%s should be %s, but what came is %s"
                .formatted(Reply.shown(reply.uri()), expected.get(), actual),
            null);
      }
    }
  }

  /** The digest in the headers; one of some other form proves nothing. */
  private static Optional<Digest> stated(Reply reply) {
    try {
      return reply.header("Docker-Content-Digest").map(Digest::parse);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Digest hash(String algorithm, byte[] bytes) {
    if (algorithm.equals("sha256")) {
      return Digest.of(bytes);
    }
    try {
      byte[] hash = MessageDigest.getInstance("SHA-512").digest(bytes);
      return new Digest("sha512", HexFormat.of().formatHex(hash));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no SHA-512", e);
    }
  }

  /** The type that header and document agree on; either may be silent, but not contradict. */
  private static String mediaType(Reply reply, byte[] bytes) throws RegistryException {
    String header = reply.header("Content-Type").orElse("");
    int semicolon = header.indexOf(';');
    String claimed = (semicolon < 0 ? header : header.substring(0, semicolon)).strip();
    if (MediaTypes.isSchema1(claimed)) {
      return claimed;
    }
    if (claimed.toLowerCase(Locale.ROOT).startsWith("text/html")) {
      throw new RegistryException(
          "%s sends %s".formatted(Reply.shown(reply.uri()), Reply.HTML), null);
    }
    String stated;
    try {
      stated = OciJson.mediaTypeOf(bytes);
    } catch (IllegalArgumentException e) {
      throw new RegistryException("%s: %s".formatted(Reply.shown(reply.uri()), e.getMessage()), e);
    }
    boolean known = MediaTypes.isIndex(claimed) || MediaTypes.isManifest(claimed);
    if (known && MediaTypes.isIndex(claimed) != MediaTypes.isIndex(stated)) {
      throw new RegistryException(
          "%s says that it sends %s, but what came is %s"
              .formatted(Reply.shown(reply.uri()), claimed, stated),
          null);
    }
    return known ? claimed : stated;
  }
}
