package dev.wadah.registry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs docker's credential helpers ({@code docker-credential-NAME VERB}): the question comes by
 * standard input, the answer by standard output. A helper may hang or never stop talking, so both
 * its time and its words are limited; what it says on standard error is not read.
 */
final class HelperPrograms {
  /** A person may have to unlock a key ring meanwhile. */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  /** How often is looked whether a helper talks too much. */
  private static final long GLANCE_MILLIS = 100;

  /** A credential has some kilobytes at most. */
  private static final int MAX_ANSWER_BYTES = 64 << 10;

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

  /** What a helper said. */
  record Answer(int exitCode, String text) {}

  /**
   * Asks a helper.
   *
   * @param program such as {@code docker-credential-pass}
   * @param verb get, store or erase
   * @throws RegistryException if it is not there, does not come to an end, or says too much; names
   *     it, and shows nothing of what it said
   */
  Answer run(String program, String verb, String input) throws RegistryException {
    Process process = start(program, verb);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try {
      tell(process, input);
      listen(process, program, said);
      return new Answer(process.exitValue(), said.toString(StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RegistryException("interrupted while waiting for " + program, e);
    } finally {
      // Also those that it started itself, which may be what hangs.
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
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

  private Process start(String program, String verb) throws RegistryException {
    Path file = find(program);
    ProcessBuilder builder =
        new ProcessBuilder(file.toString(), verb).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(environment);
    try {
      return builder.start();
    } catch (IOException e) {
      String fault = file.isAbsolute() ? "cannot be started" : "is not installed";
      throw new RegistryException("credential helper %s %s".formatted(program, fault), e);
    }
  }

  /** The program's file; its bare name when no folder of the PATH has it. */
  private Path find(String program) {
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

  private static void tell(Process process, String input) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It has ended without listening: its exit code tells more than a broken pipe.
    }
  }

  /**
   * Takes what a helper says until it ends. Only what is there is read, never waited for: a process
   * that it left behind, such as an agent, may keep the pipe open for days.
   */
  private void listen(Process process, String program, ByteArrayOutputStream said)
      throws InterruptedException, RegistryException {
    long end = System.nanoTime() + patience.toNanos();
    while (!process.waitFor(GLANCE_MILLIS, TimeUnit.MILLISECONDS)) {
      take(process, program, said);
      if (System.nanoTime() > end) {
        throw new RegistryException(
            "credential helper %s did not answer within %d s"
                .formatted(program, patience.toSeconds()),
            null);
      }
    }
    take(process, program, said);
  }

  private static void take(Process process, String program, ByteArrayOutputStream said)
      throws RegistryException {
    InputStream out = process.getInputStream();
    try {
      for (int there = out.available(); there > 0; there = out.available()) {
        said.writeBytes(out.readNBytes(Math.min(there, MAX_ANSWER_BYTES)));
        if (said.size() > MAX_ANSWER_BYTES) {
          throw new RegistryException(
              "credential helper %s says more than the %d KiB that a credential may have"
                  .formatted(program, MAX_ANSWER_BYTES >> 10),
              null);
        }
      }
    } catch (RegistryException e) {
      throw e;
    } catch (IOException e) {
      throw new RegistryException("cannot read the answer of credential helper " + program, e);
    }
  }
}
