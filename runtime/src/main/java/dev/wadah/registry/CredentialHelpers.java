package dev.wadah.registry;

import com.google.cloud.tools.jib.registry.credentials.CredentialHelperNotFoundException;
import com.google.cloud.tools.jib.registry.credentials.CredentialHelperUnhandledServerUrlException;
import com.google.cloud.tools.jib.registry.credentials.DockerCredentialHelper;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks docker's credential helpers, by jib; apart, so that jib is loaded only when one is asked.
 * Jib waits for ever for a helper that hangs, so it waits in a thread of its own.
 */
final class CredentialHelpers {
  /** What a helper says that works and has nothing (docker-credential-helpers, credentials). */
  private static final String NOTHING = "credentials not found in native keychain";

  private CredentialHelpers() {}

  /**
   * What a helper knows of a server.
   *
   * @param helper the end of its name, as config.json has it
   * @throws RegistryException if the helper is not there, is broken, or does not answer; names it,
   *     and says nothing of what it printed, which may be a secret
   */
  static Optional<Credential> ask(String helper, String server, HelperPrograms programs)
      throws RegistryException {
    String program = "docker-credential-" + helper;
    Path file = programs.find(program);
    try {
      var jib = new DockerCredentialHelper(server, file, programs.environment());
      return Optional.of(await(() -> credential(jib), file, programs));
    } catch (ExecutionException e) {
      // Jib takes a helper that fails or prints nonsense for one that has nothing, too.
      if (e.getCause() instanceof CredentialHelperUnhandledServerUrlException
          && String.valueOf(e.getCause().getMessage()).contains(NOTHING)) {
        return Optional.empty();
      }
      // The message of the cause may hold what the helper printed.
      String fault =
          e.getCause() instanceof CredentialHelperNotFoundException
              ? HelperPrograms.whyNotStarted(file)
              : "failed for %s; see why by: echo %s | %s get".formatted(server, server, program);
      throw new RegistryException("credential helper %s %s".formatted(program, fault), null);
    }
  }

  private static Credential credential(DockerCredentialHelper helper) throws Exception {
    var answer = helper.retrieve();
    return answer.isOAuth2RefreshToken()
        ? Credential.ofIdentityToken(answer.getPassword())
        : Credential.ofPassword(answer.getUsername(), answer.getPassword());
  }

  private static Credential await(
      Callable<Credential> question, Path program, HelperPrograms programs)
      throws ExecutionException, RegistryException {
    FutureTask<Credential> answer = new FutureTask<>(question);
    Thread asking = new Thread(answer, "credential-helper");
    asking.setDaemon(true);
    asking.start();
    try {
      return answer.get(programs.patience().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw programs.late(program);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RegistryException("interrupted while waiting for " + program.getFileName(), e);
    } finally {
      if (!answer.isDone()) {
        HelperPrograms.end(program);
      }
    }
  }
}
