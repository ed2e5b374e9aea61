package dev.wadah.registry;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Registries over HTTP (distribution-spec 1.1), with docker's credentials, mirrors, retries. It
 * does nothing before the first question. Safe for threads.
 */
public final class HttpRegistry implements Registry {
  /** The largest manifest or index that is read; registries refuse more than 4 MiB. */
  static final int MAX_MANIFEST_BYTES = 8 << 20;

  private static final String ACCEPT =
      String.join(
          ", ",
          MediaTypes.OCI_MANIFEST,
          MediaTypes.OCI_INDEX,
          MediaTypes.DOCKER_MANIFEST,
          MediaTypes.DOCKER_INDEX,
          MediaTypes.DOCKER_SCHEMA_1 + "+prettyjws;q=0.1",
          MediaTypes.DOCKER_SCHEMA_1 + "+json;q=0.1");

  private final Map<String, String> environment;
  private final RetryPolicy retries;
  private final Optional<Credentials> given;
  private Client client;

  /**
   * Makes a client.
   *
   * @param environment variables, such as {@code System.getenv()}
   */
  public HttpRegistry(Map<String, String> environment, RetryPolicy retries) {
    this(environment, Optional.empty(), retries);
  }

  /** Makes a client that does not look for credentials where {@code given} ones are. */
  HttpRegistry(Map<String, String> environment, Optional<Credentials> given, RetryPolicy retries) {
    this.environment = Map.copyOf(environment);
    this.given = given;
    this.retries = retries;
  }

  /** What talks to hosts; made by the first question, so that local commands do not pay for it. */
  private record Client(Credentials credentials, Places places, Transport transport) {}

  private synchronized Client client() {
    if (client == null) {
      Credentials credentials = given.orElseGet(() -> new Credentials(environment));
      Connections connections = new Connections(environment);
      client =
          new Client(
              credentials,
              new Places(environment),
              new Transport(connections, credentials, retries));
    }
    return client;
  }

  /** Does something at one place. */
  @FunctionalInterface
  private interface At<T> {
    T apply(Endpoint endpoint) throws IOException;
  }

  /** Asks each place in turn; the last failure is told. */
  private <T> T fromAny(ImageReference reference, String what, At<T> action) throws IOException {
    IOException last = null;
    for (Endpoint endpoint : client().places().pullFrom(reference)) {
      try {
        return action.apply(endpoint);
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        if (last != null) {
          e.addSuppressed(last);
        }
        last = failure(reference, endpoint, what, e);
      }
    }
    throw last;
  }

  private <T> T atHome(ImageReference reference, String what, At<T> action) throws IOException {
    Endpoint endpoint = client().places().home(reference);
    try {
      return action.apply(endpoint);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      throw failure(reference, endpoint, what, e);
    }
  }

  private RegistryException failure(
      ImageReference reference, Endpoint endpoint, String what, IOException e) {
    int status = e instanceof RegistryException known ? known.status() : 0;
    StringBuilder message =
        new StringBuilder("%s: cannot %s".formatted(reference.familiar(), what));
    if (e instanceof RegistryException) {
      message.append(": ").append(e.getMessage());
    } else {
      message.append(": registry %s: %s".formatted(endpoint.host(), Failures.describe(e)));
    }
    if (status == 401 || status == 403) {
      message.append("; try: wadah login ").append(reference.domain());
      for (String warning : client().credentials().warnings()) {
        message.append(" (").append(warning).append(')');
      }
    }
    return new RegistryException(message.toString(), status, e);
  }

  private static RegistryException unexpected(Reply reply) {
    return new RegistryException(reply.describe(), reply.status(), null);
  }

  private static String selector(ImageReference reference) {
    return reference.digest().map(Digest::toString).orElse(reference.tag().orElse("latest"));
  }

  @Override
  public Document manifest(ImageReference reference) throws IOException {
    String what = "read its manifest";
    return fromAny(reference, what, endpoint -> manifest(endpoint, reference));
  }

  private Document manifest(Endpoint endpoint, ImageReference reference) throws IOException {
    Transport.Call call =
        Transport.Call.of("GET", "/manifests/" + selector(reference), Scope.pull(endpoint.path()))
            .withHeader("Accept", ACCEPT);
    try (Reply reply = client().transport().send(endpoint, call)) {
      if (reply.status() != 200) {
        throw unexpected(reply);
      }
      byte[] bytes = reply.bytes(MAX_MANIFEST_BYTES);
      if (bytes.length > MAX_MANIFEST_BYTES) {
        throw new RegistryException(
            "%s sends a manifest of more than %d MiB"
                .formatted(Reply.shown(reply.uri()), MAX_MANIFEST_BYTES >> 20),
            null);
      }
      requireDigest(reply, reference, bytes);
      return new Document(mediaType(reply, bytes), bytes);
    }
  }

  private static void requireDigest(Reply reply, ImageReference reference, byte[] bytes)
      throws RegistryException {
    Optional<Digest> expected =
        reference
            .digest()
            .or(() -> reply.header("Docker-Content-Digest").flatMap(HttpRegistry::digest));
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

  private static Optional<Digest> digest(String text) {
    try {
      return Optional.of(Digest.parse(text));
    } catch (IllegalArgumentException e) {
      // A header of some other form proves nothing; the content is hashed anyway.
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
          "%s sends an HTML page, not a manifest; this may be no registry, or a proxy's login page"
              .formatted(Reply.shown(reply.uri())),
          null);
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

  @Override
  public Optional<Descriptor> head(ImageReference reference) throws IOException {
    return fromAny(
        reference,
        "ask for its manifest",
        endpoint -> {
          Transport.Call call =
              Transport.Call.of(
                      "HEAD", "/manifests/" + selector(reference), Scope.pull(endpoint.path()))
                  .withHeader("Accept", ACCEPT);
          try (Reply reply = client().transport().send(endpoint, call)) {
            if (reply.status() == 404) {
              return Optional.empty();
            }
            if (reply.status() != 200) {
              throw unexpected(reply);
            }
            return descriptor(reply, reference);
          }
        });
  }

  /** What the headers of a HEAD say; a registry that leaves the digest out is asked in full. */
  private Optional<Descriptor> descriptor(Reply reply, ImageReference reference)
      throws IOException {
    Optional<Digest> digest = reply.header("Docker-Content-Digest").flatMap(HttpRegistry::digest);
    String type = reply.header("Content-Type").orElse("");
    boolean known = MediaTypes.isIndex(type) || MediaTypes.isManifest(type);
    return digest.isPresent() && known
        ? Optional.of(Descriptor.of(type, digest.get(), Math.max(0, reply.contentLength())))
        : Optional.of(manifest(reference).descriptor());
  }

  @Override
  public InputStream blob(ImageReference repository, Descriptor blob) throws IOException {
    return fromAny(
        repository,
        "read blob " + blob.digest(),
        endpoint -> new BlobDownload(client().transport(), endpoint, blob, retries));
  }

  @Override
  public boolean hasBlob(ImageReference repository, Digest digest) throws IOException {
    return atHome(repository, "ask for blob " + digest, endpoint -> hasBlob(endpoint, digest));
  }

  private boolean hasBlob(Endpoint endpoint, Digest digest) throws IOException {
    Transport.Call call =
        Transport.Call.of("HEAD", "/blobs/" + digest, Scope.push(endpoint.path()));
    try (Reply reply = client().transport().send(endpoint, call)) {
      if (reply.status() != 200 && reply.status() != 404) {
        throw unexpected(reply);
      }
      return reply.status() == 200;
    }
  }

  @Override
  public long pushBlob(
      ImageReference repository, Descriptor blob, Optional<String> mountFrom, BlobOpener content)
      throws IOException {
    return atHome(
        repository,
        "upload blob " + blob.digest(),
        endpoint -> {
          if (hasBlob(endpoint, blob.digest())) {
            return 0L;
          }
          Optional<String> source = mountFrom.flatMap(from -> sameHost(repository, from));
          return new BlobUpload(client().transport(), endpoint, retries)
              .upload(blob, source, content);
        });
  }

  /** The path of a repository on the same host; a mount across hosts is not possible. */
  private static Optional<String> sameHost(ImageReference repository, String mountFrom) {
    String host = repository.domain() + "/";
    if (mountFrom.startsWith(host)) {
      return Optional.of(mountFrom.substring(host.length()));
    }
    int slash = mountFrom.indexOf('/');
    String first = slash < 0 ? "" : mountFrom.substring(0, slash);
    boolean otherHost =
        first.indexOf('.') >= 0 || first.indexOf(':') >= 0 || first.equals("localhost");
    return otherHost ? Optional.empty() : Optional.of(mountFrom);
  }

  @Override
  public Descriptor pushManifest(ImageReference reference, Document document) throws IOException {
    return atHome(
        reference, "upload its manifest", endpoint -> pushManifest(endpoint, reference, document));
  }

  private Descriptor pushManifest(Endpoint endpoint, ImageReference reference, Document document)
      throws IOException {
    Descriptor descriptor = document.descriptor();
    String name = reference.tag().orElse(descriptor.digest().toString());
    byte[] bytes = document.bytes();
    Transport.Call call =
        Transport.Call.of("PUT", "/manifests/" + name, Scope.push(endpoint.path()))
            .withHeader("Content-Type", document.mediaType())
            .withBody(new Transport.Body(bytes.length, () -> new ByteArrayInputStream(bytes)));
    try (Reply reply = client().transport().send(endpoint, call)) {
      if (reply.status() != 201 && reply.status() != 202 && reply.status() != 200) {
        throw unexpected(reply);
      }
      Optional<Digest> stored = reply.header("Docker-Content-Digest").flatMap(HttpRegistry::digest);
      if (stored.isPresent() && !stored.get().equals(descriptor.digest())) {
        throw new RegistryException(
            "%s stored %s instead of %s"
                .formatted(Reply.shown(reply.uri()), stored.get(), descriptor.digest()),
            null);
      }
    }
    return descriptor;
  }

  /** Reads the list page by page to its end. */
  @Override
  public List<String> tags(ImageReference repository) throws IOException {
    return fromAny(
        repository,
        "list its tags",
        endpoint -> new Listing(client().transport(), endpoint).texts("/tags/list?n=1000", "tags"));
  }

  /** The manifests that refer to one (distribution-spec "Listing Referrers"); an index. */
  public Optional<Document> referrers(ImageReference repository, Digest subject)
      throws IOException {
    return fromAny(
        repository,
        "list the referrers of " + subject,
        endpoint -> {
          String rest =
              "/referrers/" + URLEncoder.encode(subject.toString(), StandardCharsets.UTF_8);
          Transport.Call call = Transport.Call.of("GET", rest, Scope.pull(endpoint.path()));
          try (Reply reply = client().transport().send(endpoint, call)) {
            if (reply.status() == 404) {
              return Optional.empty();
            }
            if (reply.status() != 200) {
              throw unexpected(reply);
            }
            byte[] bytes = reply.bytes(MAX_MANIFEST_BYTES);
            return Optional.of(new Document(mediaType(reply, bytes), bytes));
          }
        });
  }

  /** Removes a manifest by its digest, or a tag where the registry can. */
  public void delete(ImageReference reference) throws IOException {
    atHome(
        reference,
        "delete it",
        endpoint -> {
          Scope scope = new Scope(endpoint.path(), "pull,push,delete", "");
          Transport.Call call =
              Transport.Call.of("DELETE", "/manifests/" + selector(reference), scope);
          try (Reply reply = client().transport().send(endpoint, call)) {
            if (!reply.isSuccess()) {
              throw unexpected(reply);
            }
            return reply.status();
          }
        });
  }

  /**
   * Checks that a registry is there and lets us in.
   *
   * @param host as in a reference
   */
  void ping(String host) throws IOException {
    ImageReference root = new ImageReference(host, "library", Optional.empty(), Optional.empty());
    atHome(
        root,
        "log in",
        endpoint -> {
          try (Reply reply =
              client().transport().send(endpoint, Transport.Call.of("GET", "", Scope.NONE))) {
            if (!reply.isSuccess()) {
              throw unexpected(reply);
            }
            return reply.status();
          }
        });
  }
}
