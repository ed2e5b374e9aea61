package dev.wadah.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends requests to registries over {@code java.net.http}: authorization, retries, redirects. A
 * redirect is followed without credentials unless it stays on the same host, and never from https
 * to http.
 */
final class Transport {
  /** How many redirects are followed. */
  static final int MAX_REDIRECTS = 10;

  /** How long a reply's head may take; its body may take as long as bytes come. */
  private static final Duration REPLY_TIMEOUT = Duration.ofMinutes(5);

  private final Connections connections;
  private final Tokens tokens;
  private final RetryPolicy retries;

  /**
   * Hosts that have answered: a refused connection of these is tried again, others fail at once.
   */
  private final Set<String> answered = ConcurrentHashMap.newKeySet();

  private final Map<String, String> schemes = new ConcurrentHashMap<>();

  Transport(Connections connections, Credentials credentials, RetryPolicy retries) {
    this.connections = connections;
    this.tokens = new Tokens(credentials);
    this.retries = retries;
  }

  /**
   * A request.
   *
   * @param method GET, HEAD, POST, PATCH, PUT or DELETE
   * @param rest the address below the repository, such as {@code /tags/list}; or a whole one
   * @param headers to send
   * @param body what is sent; may be sent again
   * @param scope what a token must allow
   */
  record Call(String method, String rest, Map<String, String> headers, Body body, Scope scope) {
    Call {
      headers = new TreeMap<>(headers);
    }

    static Call of(String method, String rest, Scope scope) {
      return new Call(method, rest, Map.of(), Body.NONE, scope);
    }

    /**
     * Whether this sends bytes into an upload session. Its session may have kept some of them when
     * it fails, and would add all of them once more: the whole upload begins again instead.
     */
    boolean isUpload() {
      return body.sizeBytes() > 0 && rest.startsWith("http");
    }

    Call withHeader(String name, String value) {
      Map<String, String> more = new TreeMap<>(headers);
      more.put(name, value);
      return new Call(method, rest, more, body, scope);
    }

    Call withBody(Body newBody) {
      return new Call(method, rest, headers, newBody, scope);
    }
  }

  /** Bytes to send. */
  record Body(long sizeBytes, Registry.BlobOpener content) {
    static final Body NONE = new Body(-1, InputStream::nullInputStream);

    HttpRequest.BodyPublisher publisher() {
      if (sizeBytes < 0) {
        return HttpRequest.BodyPublishers.noBody();
      }
      if (sizeBytes == 0) {
        return HttpRequest.BodyPublishers.ofByteArray(new byte[0]);
      }
      return HttpRequest.BodyPublishers.fromPublisher(
          HttpRequest.BodyPublishers.ofInputStream(this::open), sizeBytes);
    }

    private InputStream open() {
      try {
        return content.open();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Sends a request until a reply comes that is neither transient nor a challenge that can be
   * answered. The caller closes the reply.
   *
   * @throws IOException if no reply comes
   */
  Reply send(Endpoint endpoint, Call call) throws IOException {
    URI uri = address(endpoint, call.rest());
    boolean challenged = false;
    for (int attempt = 1; ; attempt++) {
      Reply reply;
      try {
        reply = follow(endpoint, call, uri);
        answered.add(endpoint.host());
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        if (attempt >= retries.attempts() || call.isUpload() || !mayRetry(endpoint, e)) {
          throw e;
        }
        retries.pause(attempt, Optional.empty());
        continue;
      }
      if (reply.status() == 401 && !challenged && answer(endpoint, call.scope(), reply)) {
        challenged = true;
        reply.close();
      } else if (RetryPolicy.isTransient(reply.status())
          && attempt < retries.attempts()
          && !call.isUpload()) {
        Optional<String> retryAfter = reply.header("Retry-After");
        reply.close();
        retries.pause(attempt, retryAfter);
      } else {
        return reply;
      }
    }
  }

  /** A host that never answered is most likely not there; one that did comes back. */
  private boolean mayRetry(Endpoint endpoint, IOException e) {
    boolean hopeless = e instanceof javax.net.ssl.SSLException || e instanceof RegistryException;
    return !hopeless && answered.contains(endpoint.host());
  }

  private boolean answer(Endpoint endpoint, Scope scope, Reply reply) throws IOException {
    Optional<Challenge> challenge = Challenge.best(reply.headers("WWW-Authenticate"));
    return challenge.isPresent()
        && tokens.answer(endpoint, scope, challenge.get(), reply, new TokenWire(endpoint));
  }

  private URI address(Endpoint endpoint, String rest) throws IOException {
    String scheme = scheme(endpoint);
    if (rest.startsWith("http://") && scheme.equals("https")) {
      throw new RegistryException(
          "%s sends its uploads from https to http; refused".formatted(endpoint.host()), null);
    }
    if (rest.startsWith("http://") || rest.startsWith("https://")) {
      return URI.create(rest);
    }
    return rest.isEmpty() ? endpoint.root(scheme) : endpoint.uri(scheme, rest);
  }

  private Reply follow(Endpoint endpoint, Call call, URI first) throws IOException {
    URI uri = first;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      boolean home = isSameOrigin(uri, address(endpoint, ""));
      Optional<String> authorization =
          home ? tokens.header(endpoint, call.scope()) : Optional.empty();
      Reply reply = exchange(endpoint, call, uri, authorization);
      boolean readOnly = call.method().equals("GET") || call.method().equals("HEAD");
      boolean moved =
          reply.status() == 307
              || reply.status() == 308
              || (readOnly && (reply.status() >= 301 && reply.status() <= 303));
      if (!moved || reply.header("Location").isEmpty()) {
        return reply;
      }
      URI next = redirect(uri, reply);
      reply.close();
      uri = next;
    }
    throw new RegistryException(
        "%s %s was redirected more than %d times"
            .formatted(call.method(), Reply.shown(first), MAX_REDIRECTS),
        null);
  }

  private static URI redirect(URI from, Reply reply) throws RegistryException {
    URI next;
    try {
      next = from.resolve(reply.header("Location").orElse(""));
    } catch (IllegalArgumentException e) {
      throw new RegistryException(Reply.shown(from) + " redirects to no address", e);
    }
    boolean http = "http".equals(next.getScheme());
    if (next.getHost() == null || !(http || "https".equals(next.getScheme()))) {
      throw new RegistryException(Reply.shown(from) + " redirects to no http address", null);
    }
    if (http && from.getScheme().equals("https")) {
      throw new RegistryException(
          "%s redirects from https to http (%s); refused"
              .formatted(Reply.shown(from), next.getHost()),
          null);
    }
    return next;
  }

  static boolean isSameOrigin(URI a, URI b) {
    return a.getScheme().equals(b.getScheme())
        && a.getHost().equalsIgnoreCase(b.getHost())
        && port(a) == port(b);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
  }

  private Reply exchange(Endpoint endpoint, Call call, URI uri, Optional<String> authorization)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(call.method(), call.body().publisher())
            .timeout(REPLY_TIMEOUT)
            .setHeader("User-Agent", "wadah");
    call.headers().forEach(request::setHeader);
    authorization.ifPresent(value -> request.setHeader("Authorization", value));
    connections.authorizeProxy(uri, request);
    HttpClient client = connections.client(endpoint.access());
    try {
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      return new Reply(call.method(), response);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while talking to " + endpoint.host());
    }
  }

  /**
   * The scheme of a host: https, unless its settings say http. Of a loopback host http is tried
   * first, which asks for nothing but the API's root; it is told from https by the reply.
   */
  private String scheme(Endpoint endpoint) throws IOException {
    if (endpoint.access().plainHttp()) {
      return "http";
    }
    if (!endpoint.isLoopback() || !endpoint.access().tls().isEmpty()) {
      return "https";
    }
    String known = schemes.get(endpoint.host());
    if (known == null) {
      known = probe(endpoint);
      schemes.put(endpoint.host(), known);
    }
    return known;
  }

  private String probe(Endpoint endpoint) throws IOException {
    Call root = Call.of("GET", "", Scope.NONE);
    try (Reply reply = exchange(endpoint, root, endpoint.root("http"), Optional.empty())) {
      answered.add(endpoint.host());
      // Go's servers say 400 to http on a TLS port; no registry says so to its own root.
      return reply.status() == 400 ? "https" : "http";
    } catch (ConnectException | InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      // Something is there that does not speak http.
      return "https";
    }
  }

  /** Talks to token servers on behalf of an endpoint. */
  private final class TokenWire implements Tokens.Wire {
    private final Endpoint endpoint;

    TokenWire(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    public Reply get(URI uri, Optional<String> authorization) throws IOException {
      return retrying(Call.of("GET", "", Scope.NONE), uri, authorization);
    }

    @Override
    public Reply post(URI uri, String form) throws IOException {
      byte[] bytes = form.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      Call call =
          Call.of("POST", "", Scope.NONE)
              .withHeader("Content-Type", "application/x-www-form-urlencoded")
              .withBody(new Body(bytes.length, () -> new java.io.ByteArrayInputStream(bytes)));
      return retrying(call, uri, Optional.empty());
    }

    private Reply retrying(Call call, URI uri, Optional<String> authorization) throws IOException {
      for (int attempt = 1; ; attempt++) {
        Reply reply = exchange(endpoint, call, uri, authorization);
        if (!RetryPolicy.isTransient(reply.status()) || attempt >= retries.attempts()) {
          return reply;
        }
        Optional<String> retryAfter = reply.header("Retry-After");
        reply.close();
        retries.pause(attempt, retryAfter);
      }
    }
  }
}
