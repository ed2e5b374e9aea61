package dev.wadah.registry;

import com.google.cloud.tools.jib.registry.credentials.CredentialHelperNotFoundException;
import com.google.cloud.tools.jib.registry.credentials.CredentialHelperUnhandledServerUrlException;
import com.google.cloud.tools.jib.registry.credentials.DockerCredentialHelper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Runs docker's credential helpers, by jib; apart, so that jib is loaded only when one is asked.
 */
final class CredentialHelpers {
  /** What a helper says that works and has nothing (docker-credential-helpers, credentials). */
  private static final String NOTHING = "credentials not found in native keychain";

  private CredentialHelpers() {}

  /**
   * What a helper knows of a server.
   *
   * @throws RegistryException if the helper is not there or broken; names it
   */
  static Optional<Credential> ask(String helper, String server, Map<String, String> environment)
      throws RegistryException {
    String program = "docker-credential-" + helper;
    try {
      Path file = HelperPrograms.find(program, environment);
      var answer = new DockerCredentialHelper(server, file, environment).retrieve();
      return Optional.of(
          answer.isOAuth2RefreshToken()
              ? Credential.ofIdentityToken(answer.getPassword())
              : Credential.ofPassword(answer.getUsername(), answer.getPassword()));
    } catch (CredentialHelperUnhandledServerUrlException e) {
      // Jib takes a helper that fails or prints nonsense for one that has nothing, too.
      if (String.valueOf(e.getMessage()).contains(NOTHING)) {
        return Optional.empty();
      }
      throw failed(program, server);
    } catch (CredentialHelperNotFoundException e) {
      throw new RegistryException("credential helper %s is not installed".formatted(program), null);
    } catch (IOException e) {
      // Its message may hold what the helper printed, and so a secret.
      throw failed(program, server);
    }
  }

  private static RegistryException failed(String program, String server) {
    return new RegistryException(
        "credential helper %s failed for %s".formatted(program, server), null);
  }
}
