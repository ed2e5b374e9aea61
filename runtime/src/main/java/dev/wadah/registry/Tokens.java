package dev.wadah.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Authorization headers for hosts: Basic, or bearer tokens fetched from the address that the
 * registry names (distribution, token.md), kept until shortly before they expire.
 */
final class Tokens {
  /** How long a token lives that does not say so. */
  private static final Duration DEFAULT_LIFE = Duration.ofSeconds(60);

  /** How long before its end a token is not used any more. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  /** The largest reply of a token server that is read. */
  static final int MAX_REPLY_BYTES = 1 << 20;

  private static final JsonFactory FACTORY = new JsonFactory();

  private final Credentials credentials;
  private final Map<Key, Token> tokens = new ConcurrentHashMap<>();
  private final Map<Key, Object> locks = new ConcurrentHashMap<>();

  private record Key(String host, Scope scope) {}

  private record Token(String header, Instant expires) {}

  /** What became of a challenge. */
  enum Answer {
    /** There is nothing to answer it with. */
    NONE,
    /** Another thread has answered the same meanwhile. */
    SHARED,
    FETCHED
  }

  /** Sends a request to a token server. */
  interface TokenServer {
    Reply get(URI uri, Optional<String> authorization) throws IOException;

    /** Sends a form; {@code secret} is a part of it. */
    Reply post(URI uri, String form, String secret) throws IOException;
  }

  Tokens(Credentials credentials) {
    this.credentials = credentials;
  }

  /** The header to send at once; empty before a challenge came. */
  Optional<String> header(Endpoint endpoint, Scope scope) {
    Token token = tokens.get(new Key(endpoint.host(), scope));
    return token == null || Instant.now().isAfter(token.expires)
        ? Optional.empty()
        : Optional.of(token.header);
  }

  /**
   * Answers a challenge; the new header is used from now on. Of several threads that are challenged
   * at once, one asks.
   *
   * @param used the header that was refused; empty if none was sent
   */
  Answer answer(
      Endpoint endpoint,
      Scope scope,
      Challenge challenge,
      Optional<String> used,
      Reply asked,
      TokenServer server)
      throws IOException {
    Key key = new Key(endpoint.host(), scope);
    synchronized (locks.computeIfAbsent(key, k -> new Object())) {
      Optional<String> current = header(endpoint, scope);
      if (current.isPresent() && !current.equals(used)) {
        return Answer.SHARED;
      }
      Optional<Credential> credential = credentials.find(credentialHost(endpoint), endpoint.path());
      HelperPrograms.requireNotInterrupted();
      boolean basic = challenge.scheme().equals("basic");
      if (basic && (credential.isEmpty() || credential.get().identityToken())) {
        return Answer.NONE;
      }
      Token token =
          basic
              ? new Token(credential.get().basic(), Instant.MAX)
              : fetch(scope, challenge, credential, asked, server);
      if (used.equals(Optional.of(token.header))) {
        return Answer.NONE;
      }
      tokens.put(key, token);
      return Answer.FETCHED;
    }
  }

  private static String credentialHost(Endpoint endpoint) {
    return endpoint.host().equals("registry-1.docker.io") ? "docker.io" : endpoint.host();
  }

  private static Token fetch(
      Scope scope,
      Challenge challenge,
      Optional<Credential> credential,
      Reply asked,
      TokenServer wire)
      throws IOException {
    String realm = challenge.parameters().get("realm");
    URI server = realm(realm, asked);
    boolean plain = server.getScheme().equals("http");
    boolean sameRoom = asked.uri().getScheme().equals("http") && isSameHost(server, asked.uri());
    if (plain && !sameRoom && (credential.isPresent() || asked.uri().getScheme().equals("https"))) {
      throw new RegistryException(
          "%s wants a token to be fetched from %s in the clear; refused"
              .formatted(Reply.shown(asked.uri()), Reply.shown(server)),
          null);
    }
    boolean identity = credential.isPresent() && credential.get().identityToken();
    Reply reply =
        identity
            ? wire.post(server, form(scope, challenge, credential.get()), credential.get().secret())
            : wire.get(
                URI.create(realm + (realm.contains("?") ? "&" : "?") + query(scope, challenge)),
                credential.map(Credential::basic));
    try (reply) {
      if (!reply.isSuccess()) {
        throw new RegistryException(
            "no token for %s: %s".formatted(scopeText(scope), reply.describe()),
            reply.status(),
            null);
      }
      return parse(reply.bytes(MAX_REPLY_BYTES), reply);
    }
  }

  private static URI realm(String realm, Reply asked) throws RegistryException {
    try {
      URI server = URI.create(realm);
      if (server.getHost() != null
          && ("https".equals(server.getScheme()) || "http".equals(server.getScheme()))) {
        return server;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new RegistryException(
        "%s names a token server that is no address".formatted(Reply.shown(asked.uri())), null);
  }

  private static boolean isSameHost(URI a, URI b) {
    return a.getHost().equalsIgnoreCase(b.getHost());
  }

  private static String scopeText(Scope scope) {
    return scope.repository().isEmpty() ? "the registry" : scope.repository();
  }

  private static String query(Scope scope, Challenge challenge) {
    StringBuilder query = new StringBuilder();
    String service = challenge.parameters().get("service");
    if (service != null) {
      append(query, "service", service);
    }
    for (String value : scope.values()) {
      append(query, "scope", value);
    }
    return query.toString();
  }

  private static String form(Scope scope, Challenge challenge, Credential credential) {
    StringBuilder form = new StringBuilder();
    append(form, "grant_type", "refresh_token");
    append(form, "client_id", "wadah");
    append(form, "service", challenge.parameters().getOrDefault("service", ""));
    if (!scope.values().isEmpty()) {
      append(form, "scope", String.join(" ", scope.values()));
    }
    append(form, "refresh_token", credential.secret());
    return form.toString();
  }

  private static void append(StringBuilder query, String name, String value) {
    query
        .append(query.length() == 0 ? "" : "&")
        .append(name)
        .append('=')
        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
  }

  private static Token parse(byte[] json, Reply reply) throws IOException {
    String token = "";
    Duration life = DEFAULT_LIFE;
    try (JsonParser parser = FACTORY.createParser(json)) {
      parser.nextToken();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken value = parser.nextToken();
        boolean names = name.equals("token") || name.equals("access_token");
        if (names && value == JsonToken.VALUE_STRING && !parser.getText().isEmpty()) {
          token = parser.getText();
        } else if (name.equals("expires_in") && value.isNumeric()) {
          life = Duration.ofSeconds(Math.max(1, Math.min(86_400, parser.getLongValue())));
        } else {
          parser.skipChildren();
        }
      }
    } catch (JsonProcessingException e) {
      throw new RegistryException(
          "the token server %s sent no JSON".formatted(Reply.shown(reply.uri())), null);
    }
    if (token.isEmpty() || !isHeaderText(token)) {
      throw new RegistryException(
          "the token server %s sent no usable token".formatted(Reply.shown(reply.uri())), null);
    }
    Duration usable = life.compareTo(MARGIN.multipliedBy(2)) > 0 ? life.minus(MARGIN) : life;
    return new Token("Bearer " + token, Instant.now().plus(usable));
  }

  /** A line end within a token would let a token server write headers of its own. */
  private static boolean isHeaderText(String token) {
    for (int i = 0; i < token.length(); i++) {
      if (token.charAt(i) <= ' ' || token.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }
}
