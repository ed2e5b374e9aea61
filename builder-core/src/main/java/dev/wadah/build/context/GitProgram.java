package dev.wadah.build.context;

import static dev.wadah.build.context.Refusals.refuse;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.SecretRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Runs the git program: without the user's and the machine's configuration, without prompts and
 * hooks, credentials in the environment and never among the arguments.
 */
final class GitProgram {
  private static final int MAX_OUTPUT_BYTES = 64 << 20;
  private static final int MAX_ERROR_CHARS = 2000;

  private final GitUrl url;
  private final List<String[]> configuration = new ArrayList<>();
  private final Optional<Path> agent;
  private final Map<String, String> environment;

  /**
   * Git for one repository.
   *
   * @param environment names the proxies, which git reads by itself
   */
  GitProgram(GitUrl url, SecretRequest secrets, Map<String, String> environment)
      throws IOException {
    this.url = url;
    this.environment = environment;
    configuration.add(new String[] {"core.hooksPath", "/dev/null"});
    configuration.add(new String[] {"core.fsmonitor", "false"});
    configuration.add(new String[] {"advice.detachedHead", "false"});
    configuration.add(new String[] {"gc.auto", "0"});
    configuration.add(new String[] {"safe.directory", "*"});
    authorization(new SecretValues(secrets))
        .ifPresent(
            header ->
                configuration.add(
                    new String[] {
                      "http." + url.origin() + ".extraHeader", "Authorization: " + header
                    }));
    this.agent =
        secrets.ssh().values().stream()
            .flatMap(List::stream)
            .filter(path -> Files.exists(path) && !Files.isRegularFile(path))
            .findFirst();
  }

  private Optional<String> authorization(SecretValues secrets) throws IOException {
    if (!url.remote().startsWith("http")) {
      return Optional.empty();
    }
    String host = url.host();
    String place = url.authority();
    Optional<String> header =
        secrets.first("GIT_AUTH_HEADER." + place, "GIT_AUTH_HEADER." + host, "GIT_AUTH_HEADER");
    if (header.isPresent()) {
      return header;
    }
    return secrets
        .first("GIT_AUTH_TOKEN." + place, "GIT_AUTH_TOKEN." + host, "GIT_AUTH_TOKEN")
        .map(token -> "x-access-token:" + token)
        .map(pair -> Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
        .map(encoded -> "basic " + encoded);
  }

  /** Ends a command. */
  record Ended(int status, String output, String error) {}

  /**
   * Runs git and demands success.
   *
   * @throws BuildException with what git said
   */
  String run(Path directory, String... arguments) throws BuildException, IOException {
    Ended ended = attempt(directory, arguments);
    if (ended.status != 0) {
      throw refuse(
          "git-failed",
          "git %s of %s failed: %s".formatted(arguments[0], url.shown(), ended.error),
          "git ended with status %d".formatted(ended.status),
          "check the URL and the reference; credentials are a secret with the id GIT_AUTH_TOKEN");
    }
    return ended.output;
  }

  /** Runs git and tells how it ended. */
  Ended attempt(Path directory, String... arguments) throws BuildException, IOException {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "umask 022; exec git \"$@\"", "git"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    configure(builder.environment());
    Path errors = Files.createTempFile("wadah-git-", ".log");
    try {
      builder.redirectError(errors.toFile());
      Process process = builder.start();
      try {
        process.getOutputStream().close();
        String output = read(process.getInputStream());
        int status = process.waitFor();
        if (status == 127) {
          throw missing();
        }
        return new Ended(status, output, error(errors));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException stop = new InterruptedIOException("git was interrupted");
        stop.initCause(e);
        throw stop;
      } finally {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
      }
    } finally {
      Files.delete(errors);
    }
  }

  private static String read(InputStream in) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(in.readNBytes(MAX_OUTPUT_BYTES));
    in.transferTo(java.io.OutputStream.nullOutputStream());
    return out.toString(StandardCharsets.UTF_8);
  }

  private String error(Path errors) throws IOException {
    String text = new String(Files.readAllBytes(errors), StandardCharsets.UTF_8).strip();
    text = text.replace(url.remote(), url.shown());
    return text.substring(Math.max(0, text.length() - MAX_ERROR_CHARS));
  }

  private static BuildException missing() {
    return refuse(
        "git-missing",
        "the program git is not installed",
        "repositories are fetched by it",
        "install it: apt-get install git");
  }

  private void configure(Map<String, String> own) {
    own.keySet().removeIf(name -> name.startsWith("GIT_") || isProxy(name));
    environment.forEach(
        (name, value) -> {
          if (isProxy(name)) {
            own.put(name, value);
          }
        });
    own.put("GIT_TERMINAL_PROMPT", "0");
    own.put("GIT_CONFIG_NOSYSTEM", "1");
    own.put("GIT_CONFIG_GLOBAL", "/dev/null");
    own.put("GIT_ALLOW_PROTOCOL", "http:https:ssh:git:file");
    own.put("GIT_SSH_COMMAND", "ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new");
    own.put("LC_ALL", "C");
    agent.ifPresent(socket -> own.put("SSH_AUTH_SOCK", socket.toString()));
    own.put("GIT_CONFIG_COUNT", Integer.toString(configuration.size()));
    for (int i = 0; i < configuration.size(); i++) {
      own.put("GIT_CONFIG_KEY_" + i, configuration.get(i)[0]);
      own.put("GIT_CONFIG_VALUE_" + i, configuration.get(i)[1]);
    }
  }

  private static boolean isProxy(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return upper.equals("HTTP_PROXY")
        || upper.equals("HTTPS_PROXY")
        || upper.equals("NO_PROXY")
        || upper.equals("ALL_PROXY");
  }
}
