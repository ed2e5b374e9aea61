package dev.wadah.registry;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The programs of docker's credential helpers ({@code docker-credential-NAME VERB}): where they
 * are, how long one may take, and how credentials are handed to them. What they know is asked by
 * {@link CredentialHelpers}.
 */
final class HelperPrograms {
  /** A person may have to unlock a key ring meanwhile. */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Map<String, String> environment;
  private final Duration patience;

  /**
   * Programs of the PATH in an environment, which need not be this process's own.
   *
   * @param patience how long one may take
   */
  HelperPrograms(Map<String, String> environment, Duration patience) {
    this.environment = environment;
    this.patience = patience;
  }

  Map<String, String> environment() {
    return environment;
  }

  Duration patience() {
    return patience;
  }

  /**
   * Runs a helper; nothing of what it says is read.
   *
   * @param program such as {@code docker-credential-pass}
   * @param verb store or erase
   * @return its exit code
   * @throws RegistryException if it is not there, or does not come to an end; names it
   */
  int run(String program, String verb, String input) throws RegistryException {
    Path file = find(program);
    Process process = start(file, verb);
    try {
      tell(process, input);
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw late(file);
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RegistryException("interrupted while waiting for " + program, e);
    } finally {
      end(process.toHandle());
    }
  }

  private Process start(Path file, String verb) throws RegistryException {
    ProcessBuilder builder =
        new ProcessBuilder(file.toString(), verb)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(environment);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new RegistryException(
          "credential helper %s %s".formatted(file.getFileName(), whyNotStarted(file)), e);
    }
  }

  private static void tell(Process process, String input) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It has ended without listening: its exit code tells more than a broken pipe.
    }
  }

  /** The program's file; its bare name when no folder of the PATH has it. */
  Path find(String program) {
    for (String folder : environment.getOrDefault("PATH", "").split(":", -1)) {
      if (folder.startsWith("/")) {
        Path file = Path.of(folder, program);
        if (Files.isExecutable(file) && !Files.isDirectory(file)) {
          return file;
        }
      }
    }
    return Path.of(program);
  }

  /** What is the matter with a program that {@link #find} gave and that does not start. */
  static String whyNotStarted(Path file) {
    return file.isAbsolute() ? "cannot be started" : "is not installed";
  }

  RegistryException late(Path file) {
    return new RegistryException(
        "credential helper %s did not answer within %d s"
            .formatted(file.getFileName(), patience.toSeconds()),
        null);
  }

  /** Ends each helper of this file that this process has started. */
  static void end(Path file) {
    ProcessHandle.current()
        .children()
        .filter(child -> child.info().commandLine().orElse("").contains(file.toString()))
        .forEach(HelperPrograms::end);
  }

  /** Ends a helper and those that it started itself, which may be what hangs. */
  private static void end(ProcessHandle helper) {
    helper.descendants().forEach(ProcessHandle::destroyForcibly);
    helper.destroyForcibly();
  }

  /**
   * Tells a helper that was cut off by us from one that failed: for the first nothing else is
   * tried.
   *
   * @throws InterruptedIOException if this thread has been interrupted, and leaves it so
   */
  static void requireNotInterrupted() throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while waiting for a credential helper");
    }
  }
}
