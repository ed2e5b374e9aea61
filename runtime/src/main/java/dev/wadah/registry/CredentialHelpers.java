package dev.wadah.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;

/** What docker's credential helpers know. */
final class CredentialHelpers {
  /** What a helper says that works and has nothing (docker-credential-helpers, credentials). */
  private static final String NOTHING = "credentials not found in native keychain";

  /** The user name by which a helper says that the secret is an identity token. */
  static final String TOKEN_USER = "<token>";

  private static final JsonFactory FACTORY = new JsonFactory();

  private CredentialHelpers() {}

  /**
   * What a helper knows of a server.
   *
   * @param helper the end of its name, as config.json has it
   * @throws RegistryException if the helper is not there or broken; names it, and says nothing of
   *     what it printed, which may be a secret
   */
  static Optional<Credential> ask(String helper, String server, HelperPrograms programs)
      throws RegistryException {
    String program = "docker-credential-" + helper;
    HelperPrograms.Answer answer = programs.run(program, "get", server);
    if (answer.exitCode() == 0) {
      return Optional.of(credential(program, server, answer.text()));
    }
    if (answer.text().contains(NOTHING)) {
      return Optional.empty();
    }
    throw new RegistryException(
        "credential helper %s failed for %s with exit code %d; see why by: echo %s | %s get"
            .formatted(program, server, answer.exitCode(), server, program),
        null);
  }

  private static Credential credential(String program, String server, String json)
      throws RegistryException {
    String user = "";
    String secret = "";
    try (JsonParser parser = FACTORY.createParser(json)) {
      parser.nextToken();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        boolean isText = parser.nextToken() == JsonToken.VALUE_STRING;
        if (isText && name.equals("Username")) {
          user = parser.getText();
        } else if (isText && name.equals("Secret")) {
          secret = parser.getText();
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      // Told below: a parser's message quotes what it read.
      secret = "";
    }
    if (user.isEmpty() || secret.isEmpty()) {
      throw new RegistryException(
          "credential helper %s failed for %s: it printed no user name and secret in JSON"
              .formatted(program, server),
          null);
    }
    return user.equals(TOKEN_USER)
        ? Credential.ofIdentityToken(secret)
        : Credential.ofPassword(user, secret);
  }
}
