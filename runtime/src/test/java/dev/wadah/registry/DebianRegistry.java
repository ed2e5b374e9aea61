package dev.wadah.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** The registry of the CNCF distribution project, as Debian packs it, at a free port. */
final class DebianRegistry implements Closeable {
  private static final Path PROGRAM = Path.of("/usr/bin/docker-registry");

  private final Process process;
  private final int port;

  /**
   * Starts it.
   *
   * @param auth the section {@code auth} of its settings in one line; empty for none
   */
  DebianRegistry(Path folder, String auth) throws IOException, InterruptedException {
    if ("1".equals(System.getenv("WADAH_MUST_WORK"))) {
      assertThat(PROGRAM).exists();
    }
    assumeTrue(Files.isExecutable(PROGRAM), "Debian's docker-registry is not installed");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path config = folder.resolve("config.yml");
    Files.writeString(
        config,
        """
        version: 0.1
        log: {level: error}
        storage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}
        http: {addr: '127.0.0.1:%d'}
        %s
        """
            .formatted(folder.resolve("data"), port, auth));
    process =
        new ProcessBuilder(PROGRAM.toString(), "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    waitForPort();
  }

  private void waitForPort() throws IOException, InterruptedException {
    Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
    while (true) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(socket.isConnected()).isTrue();
        return;
      } catch (IOException e) {
        if (Instant.now().isAfter(deadline)) {
          throw e;
        }
        Thread.sleep(50);
      }
    }
  }

  String host() {
    return "localhost:" + port;
  }

  /** The variables of a client that knows the user ann. */
  java.util.Map<String, String> environmentOfAnn() {
    String auths = "{\"auths\":{\"%s\":{\"auth\":\"YW5uOnMzY3JldA==\"}}}".formatted(host());
    return java.util.Map.of("HOME", "/nonexistent", "DOCKER_AUTH_CONFIG", auths);
  }

  @Override
  public void close() {
    process.destroy();
  }
}
