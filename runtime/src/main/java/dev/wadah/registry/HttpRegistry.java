package dev.wadah.registry;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Registries over HTTP, as {@code registries.toml} and the environment say (docs/registry.md): an
 * answer is taken from the first mirror that gives one, writing goes to the registry itself.
 */
public final class HttpRegistry implements Registry {
  private static final String CACHE_TIMEOUT = "WADAH_CACHE_TIMEOUT";

  private final Map<String, String> environment;
  private final RetryPolicy retries;
  private final Optional<Credentials> given;
  private final Places places;
  private Client client;
  private Impatient impatient;

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
    this(environment, given, retries, new Places(environment));
  }

  private HttpRegistry(
      Map<String, String> environment,
      Optional<Credentials> given,
      RetryPolicy retries,
      Places places) {
    this.environment = Map.copyOf(environment);
    this.given = given;
    this.retries = retries;
    this.places = places;
  }

  @Override
  public Optional<Registry> behindMirrors(ImageReference repository) throws IOException {
    if (places.pullFrom(repository, Demand.PULL).size() == 1) {
      return Optional.empty();
    }
    return Optional.of(new HttpRegistry(environment, given, retries, places.withoutMirrors()));
  }

  /**
   * {@inheritDoc}
   *
   * <p>{@code WADAH_CACHE_TIMEOUT} says in seconds how short; ten, when it does not.
   */
  @Override
  public synchronized Impatient impatient() {
    if (impatient == null) {
      RetryPolicy hurry = RetryPolicy.ofCaches(environment.getOrDefault(CACHE_TIMEOUT, ""));
      impatient = new Impatient(new HttpRegistry(environment, given, hurry), hurry.silence());
    }
    return impatient;
  }

  /** What talks to hosts; made by the first question, so that local commands do not pay for it. */
  private record Client(Inquiry inquiry, Transport transport) {}

  private synchronized Client client() {
    if (client == null) {
      Credentials credentials = given.orElseGet(() -> new Credentials(environment));
      Connections connections = new Connections(environment, retries.connectTimeout());
      client =
          new Client(
              new Inquiry(places, credentials), new Transport(connections, credentials, retries));
    }
    return client;
  }

  private Inquiry inquiry() {
    return client().inquiry();
  }

  private Transport transport() {
    return client().transport();
  }

  private ManifestCalls manifests(Endpoint endpoint) {
    return new ManifestCalls(transport(), endpoint);
  }

  @Override
  public Document manifest(ImageReference reference) throws IOException {
    return inquiry()
        .fromAny(
            reference,
            reference.digest().isPresent() ? Demand.PULL : Demand.RESOLVE,
            "read its manifest",
            (endpoint, later) -> manifests(endpoint).get(reference));
  }

  @Override
  public Optional<Descriptor> head(ImageReference reference) throws IOException {
    return inquiry()
        .fromFirst(
            reference,
            reference.digest().isPresent() ? Demand.PULL : Demand.RESOLVE,
            "ask for its manifest",
            (endpoint, later) -> manifests(endpoint).head(reference));
  }

  @Override
  public InputStream blob(ImageReference repository, Descriptor blob) throws IOException {
    try {
      return inquiry()
          .fromAny(
              repository,
              Demand.PULL,
              "read blob " + blob.digest(),
              (endpoint, later) -> new BlobDownload(transport(), endpoint, later, blob, retries));
    } catch (RegistryException e) {
      if (blob.urls().isEmpty()) {
        throw e;
      }
      return new ForeignBlobs(places, transport(), retries).open(blob, e);
    }
  }

  @Override
  public byte[] part(ImageReference repository, Descriptor blob, long offset, int length)
      throws IOException {
    return inquiry()
        .fromAny(
            repository,
            Demand.PULL,
            "read a part of blob " + blob.digest(),
            (endpoint, later) -> part(endpoint, blob, offset, length));
  }

  private byte[] part(Endpoint endpoint, Descriptor blob, long offset, int length)
      throws IOException {
    Call call =
        Call.of("GET", "/blobs/" + blob.digest(), Scope.pull(endpoint.path()))
            .withHeader("Range", "bytes=%d-%d".formatted(offset, offset + length - 1));
    try (Reply reply = transport().send(endpoint, call)) {
      if (reply.status() != 206
          || !reply.header("Content-Range").orElse("").startsWith("bytes " + offset + "-")) {
        throw reply.isSuccess()
            ? new RegistryException(
                "%s gives no parts of blobs".formatted(Reply.shown(reply.uri())), null)
            : reply.unexpected();
      }
      byte[] bytes = reply.body().readNBytes(length);
      if (bytes.length < length) {
        throw new RegistryException(
            "%s sends %d bytes of the %d that it was asked for"
                .formatted(Reply.shown(reply.uri()), bytes.length, length),
            null);
      }
      return bytes;
    }
  }

  @Override
  public boolean hasBlob(ImageReference repository, Digest digest) throws IOException {
    return inquiry()
        .atHome(repository, "ask for blob " + digest, endpoint -> hasBlob(endpoint, digest));
  }

  private boolean hasBlob(Endpoint endpoint, Digest digest) throws IOException {
    Call call = Call.of("HEAD", "/blobs/" + digest, Scope.push(endpoint.path()));
    try (Reply reply = transport().send(endpoint, call)) {
      if (reply.status() != 200 && reply.status() != 404) {
        throw reply.unexpected();
      }
      return reply.status() == 200;
    }
  }

  @Override
  public long pushBlob(
      ImageReference repository, Descriptor blob, Optional<String> mountFrom, BlobOpener content)
      throws IOException {
    return inquiry()
        .atHome(
            repository,
            "upload blob " + blob.digest(),
            endpoint -> {
              if (hasBlob(endpoint, blob.digest())) {
                return 0L;
              }
              Optional<String> source = mountFrom.flatMap(from -> sameHost(repository, from));
              return new BlobUpload(transport(), endpoint, retries).upload(blob, source, content);
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
    return inquiry()
        .atHome(
            reference,
            "upload its manifest",
            endpoint -> manifests(endpoint).put(reference, document));
  }

  /** Reads the list page by page to its end. */
  @Override
  public List<String> tags(ImageReference repository) throws IOException {
    ImageReference untagged =
        new ImageReference(
            repository.domain(), repository.path(), Optional.empty(), Optional.empty());
    return inquiry()
        .fromAny(
            untagged,
            Demand.RESOLVE,
            "list its tags",
            (endpoint, later) ->
                new Listing(transport(), endpoint).texts("/tags/list?n=1000", "tags"));
  }

  /** The manifests that refer to one (distribution-spec "Listing Referrers"); an index. */
  public Optional<Document> referrers(ImageReference repository, Digest subject)
      throws IOException {
    return inquiry()
        .fromFirst(
            repository,
            Demand.PULL,
            "list the referrers of " + subject,
            (endpoint, later) -> manifests(endpoint).referrers(subject));
  }

  /** Removes a manifest by its digest, or a tag where the registry can. */
  public void delete(ImageReference reference) throws IOException {
    inquiry()
        .atHome(
            reference,
            "delete it",
            endpoint -> {
              manifests(endpoint).delete(reference);
              return reference;
            });
  }

  /**
   * Checks that a registry is there and lets us in.
   *
   * @param host as in a reference
   * @throws RegistryException saying that of the host, since no image is meant
   */
  void ping(String host) throws IOException {
    ImageReference root = new ImageReference(host, "library", Optional.empty(), Optional.empty());
    Endpoint endpoint = inquiry().home(root);
    try {
      ping(endpoint);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      int status = e instanceof RegistryException known ? known.status() : 0;
      String refused = status == 401 || status == 403 ? "the credentials are refused: " : "";
      throw new RegistryException(
          "cannot log in to %s: %s%s".formatted(host, refused, Inquiry.reason(endpoint, e)),
          status,
          e);
    }
  }

  private void ping(Endpoint endpoint) throws IOException {
    try (Reply reply = transport().send(endpoint, Call.of("GET", "", Scope.NONE))) {
      if (!reply.isSuccess()) {
        throw reply.unexpected();
      }
      reply.requireNoPage();
    }
  }
}
