package dev.wadah.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.registry.serve.RegistryServer;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** A running registry in a folder: ours, or the one of the CNCF distribution project. */
record TestRegistry(String host, Path folder, Closeable process) implements Closeable {
  private static final Path DEBIAN = Path.of("/usr/bin/docker-registry");

  /** Which program. */
  enum Kind {
    OURS,
    DEBIAN
  }

  /** Whether it can be started; a machine that must not skip says WADAH_MUST_WORK=1. */
  static boolean usable(Kind kind) {
    return kind == Kind.OURS
        || "1".equals(System.getenv("WADAH_MUST_WORK"))
        || Files.isExecutable(DEBIAN);
  }

  static TestRegistry start(Kind kind, Path folder) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    return start(kind, folder, kind == Kind.OURS ? 0 : port);
  }

  /** The same again, at the same port, after it was closed. */
  TestRegistry restarted() throws IOException {
    Kind kind = process instanceof RegistryServer ? Kind.OURS : Kind.DEBIAN;
    return start(kind, folder, Integer.parseInt(host.substring(host.indexOf(':') + 1)));
  }

  private static TestRegistry start(Kind kind, Path folder, int port) throws IOException {
    if (kind == Kind.OURS) {
      RegistryServer server =
          RegistryServer.start(
              folder, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return new TestRegistry(server.host(), folder, server);
    }
    Files.createDirectories(folder);
    Path config = folder.resolve("config.yml");
    Files.writeString(
        config,
        """
        version: 0.1
        log: {level: error}
        storage: {filesystem: {rootdirectory: %s}}
        http: {addr: '127.0.0.1:%d'}
        """
            .formatted(folder.resolve("data"), port));
    Process process =
        new ProcessBuilder(DEBIAN.toString(), "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    awaitPort(port);
    return new TestRegistry("localhost:" + port, folder, process::destroyForcibly);
  }

  private static void awaitPort(int port) throws IOException {
    Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
    while (true) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(socket.isConnected()).isTrue();
        return;
      } catch (IOException e) {
        if (Instant.now().isAfter(deadline)) {
          throw e;
        }
        pause();
      }
    }
  }

  private static void pause() throws InterruptedIOException {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a registry");
    }
  }

  @Override
  public void close() throws IOException {
    process.close();
  }
}
