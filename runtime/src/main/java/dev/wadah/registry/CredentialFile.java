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
 * @param faults what was passed over since it is of the wrong shape; a sentence without a full stop
 *     and without a secret for each, naming the file and what was expected
 */
record CredentialFile(
    Map<String, Credential> auths,
    Map<String, String> helpers,
    Optional<String> store,
    List<String> faults) {
  private static final JsonFactory FACTORY = new JsonFactory();

  /**
   * Parses one.
   *
   * @param source what messages call it
   * @throws RegistryException if it is no such file; its content is not shown
   */
  static CredentialFile parse(byte[] json, String source) throws IOException {
    try (JsonParser parser = FACTORY.createParser(json)) {
      return new Reading(parser, source).file();
    } catch (JsonProcessingException e) {
      throw new RegistryException(
          "%s is no valid JSON (line %d)"
              .formatted(source, e.getLocation() == null ? 1 : e.getLocation().getLineNr()),
          null);
    }
  }

  /** One file while it is read. */
  private static final class Reading {
    private final JsonParser parser;
    private final String source;
    private final Map<String, Credential> auths = new LinkedHashMap<>();
    private final Map<String, String> helpers = new LinkedHashMap<>();
    private final List<String> faults = new ArrayList<>();
    private Optional<String> store = Optional.empty();

    Reading(JsonParser parser, String source) {
      this.parser = parser;
      this.source = source;
    }

    CredentialFile file() throws IOException {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new RegistryException(source + " holds no JSON object", null);
      }
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        parser.nextToken();
        switch (name) {
          case "auths" -> readAuths();
          case "credHelpers" -> readHelpers();
          case "credsStore" ->
              store = text("\"credsStore\" in " + source, "the name of a helper program");
          default -> parser.skipChildren();
        }
      }
      return new CredentialFile(auths, helpers, store, faults);
    }

    private void readAuths() throws IOException {
      if (!isObject(
          "\"auths\" in " + source,
          "an object such as {\"registry.example\": {\"auth\": \"...\"}}")) {
        return;
      }
      for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
        parser.nextToken();
        String what = "the entry of %s in %s".formatted(shown(key), source);
        if (isObject(what, "an object such as {\"auth\": \"...\"}")) {
          try {
            Optional<Credential> credential = readAuth(what);
            if (credential.isPresent()) {
              auths.put(normalise(key), credential.get());
            }
          } catch (IllegalArgumentException e) {
            faults.add(what + " is malformed");
          }
        }
      }
    }

    /**
     * What an entry says; nothing when it is empty, as docker leaves it beside a helper.
     *
     * @throws IllegalArgumentException if its {@code auth} is none
     */
    private Optional<Credential> readAuth(String what) throws IOException {
      Optional<String> auth = Optional.empty();
      Optional<String> user = Optional.empty();
      Optional<String> password = Optional.empty();
      Optional<String> token = Optional.empty();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        parser.nextToken();
        String part = "\"%s\" in %s".formatted(name, what);
        switch (name) {
          case "auth" -> auth = text(part, "the base64 of USER:PASSWORD");
          case "username" -> user = text(part, "a text");
          case "password" -> password = text(part, "a text");
          case "identitytoken" -> token = text(part, "a text");
          default -> parser.skipChildren();
        }
      }
      if (token.isPresent()) {
        return Optional.of(Credential.ofIdentityToken(token.get()));
      }
      if (auth.isPresent()) {
        return Optional.of(
            Credential.ofAuth(auth.get()).orElseThrow(IllegalArgumentException::new));
      }
      String secret = password.orElse("");
      return user.map(name -> Credential.ofPassword(name, secret));
    }

    private void readHelpers() throws IOException {
      if (!isObject(
          "\"credHelpers\" in " + source,
          "an object such as {\"registry.example\": \"NAME OF A HELPER\"}")) {
        return;
      }
      for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
        parser.nextToken();
        String what = "the helper of %s in %s".formatted(shown(key), source);
        Optional<String> helper = text(what, "the name of a helper program");
        if (helper.isPresent()) {
          helpers.put(normalise(key), helper.get());
        }
      }
    }

    /** Whether an object begins here; anything else is passed over, null without a word. */
    private boolean isObject(String what, String expected) throws IOException {
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        return true;
      }
      passOver(what, expected);
      return false;
    }

    /** The text here; empty for an empty one and for anything else. */
    private Optional<String> text(String what, String expected) throws IOException {
      if (parser.currentToken() == JsonToken.VALUE_STRING) {
        return Optional.of(parser.getText()).filter(text -> !text.isEmpty());
      }
      passOver(what, expected);
      return Optional.empty();
    }

    private void passOver(String what, String expected) throws IOException {
      if (parser.currentToken() != JsonToken.VALUE_NULL) {
        faults.add("%s is %s; expected is %s".formatted(what, kind(), expected));
      }
      parser.skipChildren();
    }

    private String kind() {
      return switch (parser.currentToken()) {
        case START_ARRAY -> "a list";
        case START_OBJECT -> "an object";
        case VALUE_STRING -> "a text";
        case VALUE_TRUE, VALUE_FALSE -> "true or false";
        default -> "a number";
      };
    }

    /** A key for a message: who writes a whole address may have written a password into it. */
    private static String shown(String key) {
      String name = normalise(key);
      return name.substring(name.lastIndexOf('@') + 1);
    }
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
