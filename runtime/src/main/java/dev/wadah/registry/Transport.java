package dev.wadah.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends requests to registries over {@code java.net.http}: authorization, retries, redirects. A
 * redirect is followed without credentials unless it stays on the same host, and never from https
 * to http.
 */
final class Transport {
  /** How many redirects are followed. */
  static final int MAX_REDIRECTS = 10;

  private final Wire wire;
  private final Tokens tokens;
  private final RetryPolicy retries;

  /**
   * Hosts that have answered: a refused connection of these is tried again, others fail at once.
   */
  private final Set<String> answered = ConcurrentHashMap.newKeySet();

  private final Map<String, String> schemes = new ConcurrentHashMap<>();
  private final Map<String, Object> probes = new ConcurrentHashMap<>();

  Transport(Connections connections, Credentials credentials, RetryPolicy retries) {
    this.wire = new Wire(connections, retries);
    this.tokens = new Tokens(credentials);
    this.retries = retries;
  }

  /**
   * Sends a request until a reply comes that is neither transient nor a challenge that can be
   * answered. The caller closes the reply.
   *
   * @throws IOException if no reply comes
   */
  Reply send(Endpoint endpoint, Call call) throws IOException {
    URI uri = address(endpoint, call.rest());
    boolean renewed = false;
    for (int attempt = 1; ; attempt++) {
      Optional<String> authorization = tokens.header(endpoint, call.scope());
      Reply reply;
      try {
        reply = follow(endpoint, call, uri, authorization);
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
      if (reply.status() == 401 && !renewed) {
        Tokens.Answer answer = answer(endpoint, call.scope(), reply, authorization);
        if (answer == Tokens.Answer.NONE) {
          return reply;
        }
        renewed = answer == Tokens.Answer.FETCHED;
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

  /**
   * As {@link #send}, with the body of a reply of status 200 in memory; one that breaks is asked
   * for again.
   *
   * @param limit in bytes; of a longer body one byte more is there, or nothing
   */
  Reply receive(Endpoint endpoint, Call call, int limit) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Reply reply = send(endpoint, call);
      if (reply.status() != 200) {
        return reply;
      }
      try {
        reply.hold(limit);
        return reply;
      } catch (IOException e) {
        reply.close();
        boolean again = retries.mayFollow(e) && !(e instanceof InterruptedIOException);
        if (attempt >= retries.attempts() || !again) {
          throw e;
        }
      }
      retries.pause(attempt, Optional.empty());
    }
  }

  /** A host that never answered is most likely not there; one that did comes back. */
  private boolean mayRetry(Endpoint endpoint, IOException e) {
    return !(e instanceof RegistryException)
        && retries.mayFollow(e)
        && answered.contains(endpoint.host());
  }

  /**
   * Gets what a challenge asks for. Only the registry itself may ask: any other host that a
   * redirect or an upload led to would choose where our credentials are sent.
   */
  private Tokens.Answer answer(Endpoint endpoint, Scope scope, Reply reply, Optional<String> used)
      throws IOException {
    Optional<Challenge> challenge = Challenge.best(reply.headers("WWW-Authenticate"));
    if (challenge.isEmpty() || !isHome(endpoint, reply.uri())) {
      return Tokens.Answer.NONE;
    }
    TokenWire tokenWire = new TokenWire(endpoint);
    return tokens.answer(endpoint, scope, challenge.get(), used, reply, tokenWire);
  }

  private URI address(Endpoint endpoint, String rest) throws IOException {
    String scheme = scheme(endpoint);
    boolean whole = rest.startsWith("http://") || rest.startsWith("https://");
    if (rest.startsWith("http://") && scheme.equals("https")) {
      throw new RegistryException(
          "%s leads from https to http (%s); refused"
              .formatted(endpoint.host(), Reply.shown(URI.create(rest))),
          null);
    }
    if (whole) {
      return URI.create(rest);
    }
    return rest.isEmpty() ? endpoint.root(scheme) : endpoint.uri(scheme, rest);
  }

  /** Whether an address is of the registry itself, which alone is told who we are. */
  private boolean isHome(Endpoint endpoint, URI uri) throws IOException {
    return isSameOrigin(uri, endpoint.root(scheme(endpoint)));
  }

  private Reply follow(Endpoint endpoint, Call call, URI first, Optional<String> authorization)
      throws IOException {
    URI uri = first;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      Optional<String> proof = isHome(endpoint, uri) ? authorization : Optional.empty();
      Reply reply = wire.send(endpoint.access(), call, uri, proof);
      if (!isRedirect(call, reply)) {
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

  private static boolean isRedirect(Call call, Reply reply) {
    boolean moved =
        reply.status() == 307
            || reply.status() == 308
            || (call.isRead() && reply.status() >= 301 && reply.status() <= 303);
    return moved && reply.header("Location").isPresent();
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

  /**
   * The scheme of a host: https, unless its settings say http. Of a loopback host http is tried
   * first, which asks for nothing but the API's root; it is told from https by the reply.
   */
  private String scheme(Endpoint endpoint) throws IOException {
    if (endpoint.access().plainHttp()) {
      return "http";
    }
    boolean settled =
        endpoint.access().scheme() == Scheme.HTTPS
            || endpoint.access().skipVerify()
            || !endpoint.access().tls().isEmpty();
    if (!endpoint.isLoopback() || settled) {
      return "https";
    }
    // Of several blobs that are sent at once, the first asks for all.
    synchronized (probes.computeIfAbsent(endpoint.host(), host -> new Object())) {
      String known = schemes.get(endpoint.host());
      if (known == null) {
        known = probe(endpoint);
        schemes.put(endpoint.host(), known);
      }
      return known;
    }
  }

  private String probe(Endpoint endpoint) throws IOException {
    Call root = Call.of("GET", "", Scope.NONE);
    try (Reply reply =
        wire.send(endpoint.access(), root, endpoint.root("http"), Optional.empty())) {
      answered.add(endpoint.host());
      // Go's servers say 400 to http on a TLS port; no registry says so to its own root.
      return reply.status() == 400 ? "https" : "http";
    } catch (ConnectException | InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      if (!retries.mayFollow(e)) {
        throw e;
      }
      // Something is there that does not speak http.
      return "https";
    }
  }

  /** Talks to token servers on behalf of an endpoint. */
  private final class TokenWire implements Tokens.TokenServer {
    private final Endpoint endpoint;

    TokenWire(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    public Reply get(URI uri, Optional<String> authorization) throws IOException {
      return retrying(Call.of("GET", "", Scope.NONE), uri, authorization);
    }

    @Override
    public Reply post(URI uri, String form, String secret) throws IOException {
      byte[] bytes = form.getBytes(StandardCharsets.UTF_8);
      Call call =
          Call.of("POST", "", Scope.NONE)
              .withHeader("Content-Type", "application/x-www-form-urlencoded")
              .withBody(new Call.Body(bytes.length, () -> new ByteArrayInputStream(bytes)))
              .withSecret(secret);
      return retrying(call, uri, Optional.empty());
    }

    private Reply retrying(Call call, URI uri, Optional<String> authorization) throws IOException {
      for (int attempt = 1; ; attempt++) {
        Optional<String> retryAfter = Optional.empty();
        try {
          Reply reply = following(call, uri, authorization);
          reply.hold(Tokens.MAX_REPLY_BYTES);
          if (!RetryPolicy.isTransient(reply.status()) || attempt >= retries.attempts()) {
            return reply;
          }
          retryAfter = reply.header("Retry-After");
          reply.close();
        } catch (InterruptedIOException | RegistryException e) {
          throw e;
        } catch (IOException e) {
          boolean again = retries.mayFollow(e) && !(e instanceof ConnectException);
          if (attempt >= retries.attempts() || !again) {
            throw new RegistryException(
                "no token from %s: %s".formatted(Reply.shown(uri), Failures.describe(e)), e);
          }
        }
        retries.pause(attempt, retryAfter);
      }
    }

    /** A form holds a secret: it is not sent anywhere but where it was asked for. */
    private Reply following(Call call, URI first, Optional<String> authorization)
        throws IOException {
      URI uri = first;
      for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
        Optional<String> proof = isSameOrigin(uri, first) ? authorization : Optional.empty();
        Reply reply = wire.send(endpoint.access(), call, uri, proof);
        if (!call.isRead() || !isRedirect(call, reply)) {
          return reply;
        }
        uri = redirect(uri, reply);
        reply.close();
      }
      throw new RegistryException(
          "the token server %s redirected more than %d times"
              .formatted(Reply.shown(first), MAX_REDIRECTS),
          null);
    }
  }
}
