package dev.wadah.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parts of a docker {@code config.json} or podman {@code auth.json} that tell of credentials.
 *
 * @param auths by key: a host, a host with a path, or an address
 * @param helpers names of helper programs by host
 * @param store name of the helper for all hosts; empty when there is none
 * @param malformed keys of entries that say something, but no credential
 */
record CredentialFile(
    Map<String, Credential> auths,
    Map<String, String> helpers,
    Optional<String> store,
    List<String> malformed) {
  private static final JsonFactory FACTORY = new JsonFactory();

  /**
   * Parses one.
   *
   * @param source what messages call it
   * @throws RegistryException if it is no such file; its content is not shown
   */
  static CredentialFile parse(byte[] json, String source) throws IOException {
    Map<String, Credential> auths = new LinkedHashMap<>();
    Map<String, String> helpers = new LinkedHashMap<>();
    Optional<String> store = Optional.empty();
    List<String> malformed = new ArrayList<>();
    try (JsonParser parser = FACTORY.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new RegistryException(source + " holds no JSON object", null);
      }
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken token = parser.nextToken();
        if (name.equals("auths") && token == JsonToken.START_OBJECT) {
          readAuths(parser, auths, malformed);
        } else if (name.equals("credHelpers") && token == JsonToken.START_OBJECT) {
          for (String h = parser.nextFieldName(); h != null; h = parser.nextFieldName()) {
            String helper = parser.nextTextValue();
            if (helper != null && !helper.isEmpty()) {
              helpers.put(normalise(h), helper);
            }
          }
        } else if (name.equals("credsStore") && token == JsonToken.VALUE_STRING) {
          store = Optional.of(parser.getText()).filter(s -> !s.isEmpty());
        } else {
          parser.skipChildren();
        }
      }
    } catch (JsonProcessingException e) {
      throw new RegistryException(
          "%s is no valid JSON (line %d)"
              .formatted(source, e.getLocation() == null ? 1 : e.getLocation().getLineNr()),
          null);
    }
    return new CredentialFile(auths, helpers, store, malformed);
  }

  private static void readAuths(
      JsonParser parser, Map<String, Credential> auths, List<String> malformed) throws IOException {
    for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        continue;
      }
      try {
        Optional<Credential> credential = readAuth(parser);
        if (credential.isPresent()) {
          auths.put(normalise(key), credential.get());
        }
      } catch (IllegalArgumentException e) {
        malformed.add(normalise(key));
      }
    }
  }

  /**
   * What an entry says; nothing when it is empty, as docker leaves it beside a helper.
   *
   * @throws IllegalArgumentException if its {@code auth} is none
   */
  private static Optional<Credential> readAuth(JsonParser parser) throws IOException {
    String auth = "";
    String user = "";
    String password = "";
    String token = "";
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      String text = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : "";
      switch (name) {
        case "auth" -> auth = text;
        case "username" -> user = text;
        case "password" -> password = text;
        case "identitytoken" -> token = text;
        default -> parser.skipChildren();
      }
    }
    if (!token.isEmpty()) {
      return Optional.of(Credential.ofIdentityToken(token));
    }
    if (!auth.isEmpty()) {
      return Optional.of(Credential.ofAuth(auth).orElseThrow(IllegalArgumentException::new));
    }
    return user.isEmpty() ? Optional.empty() : Optional.of(Credential.ofPassword(user, password));
  }

  /** A key without scheme, version and trailing slash: {@code https://host/v1/} is {@code host}. */
  static String normalise(String key) {
    String k = key;
    if (k.startsWith("https://")) {
      k = k.substring(8);
    } else if (k.startsWith("http://")) {
      k = k.substring(7);
    }
    while (k.endsWith("/")) {
      k = k.substring(0, k.length() - 1);
    }
    if (k.endsWith("/v1") || k.endsWith("/v2")) {
      k = k.substring(0, k.length() - 3);
    }
    return k;
  }
}
