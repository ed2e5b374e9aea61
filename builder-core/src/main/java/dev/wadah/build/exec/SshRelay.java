package dev.wadah.build.exec;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A socket whose connections are passed on to another one. */
final class SshRelay implements Closeable {
  private static final int BUFFER_BYTES = 8 << 10;
  private static final int PATIENCE_MILLIS = 3000;
  private static final int NAP_MILLIS = 10;

  private final ServerSocketChannel server;
  private final Path socket;
  private final Path agent;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

  private SshRelay(ServerSocketChannel server, Path socket, Path agent) {
    this.server = server;
    this.socket = socket;
    this.agent = agent;
  }

  /** Listens on {@code socket} for connections to {@code agent}. */
  static SshRelay open(Path socket, Path agent) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    SshRelay relay = new SshRelay(server, socket, agent);
    start(relay::accept);
    return relay;
  }

  /** Waits until a server has made its socket. */
  static void awaitSocket(Path socket) throws IOException {
    for (int waited = 0; !Files.exists(socket); waited += NAP_MILLIS) {
      if (waited > PATIENCE_MILLIS) {
        throw new IOException("the agent did not make its socket " + socket);
      }
      try {
        Thread.sleep(NAP_MILLIS);
      } catch (InterruptedException e) {
        throw new InterruptedIOException("the build was cancelled");
      }
    }
  }

  Path socket() {
    return socket;
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "ssh-relay");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        SocketChannel upstream = SocketChannel.open(UnixDomainSocketAddress.of(agent));
        open.add(client);
        open.add(upstream);
        start(() -> pump(client, upstream));
        start(() -> pump(upstream, client));
      } catch (IOException e) {
        // Closed, or the agent is gone: the client sees its connection end.
      }
    }
  }

  private void pump(SocketChannel from, SocketChannel to) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try (from;
        to) {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException e) {
      // Either side hung up, which ends the connection for both.
      return;
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (SocketChannel channel : open) {
      channel.close();
    }
    Files.deleteIfExists(socket);
  }
}
