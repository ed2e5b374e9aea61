package dev.wadah.registry.serve;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

/**
 * Takes the connections of a plain HTTP server, and turns away those that speak TLS.
 *
 * <p>docker, skopeo and others try https first at a loopback registry. The JDK's server would wait
 * for the end of what it takes for a request line, and its client for the handshake, ten seconds
 * each time; told at once that this is http, they go on with it.
 */
final class FrontDoor implements Closeable {
  /** The first byte of a TLS handshake (RFC 8446 section 5.1). */
  private static final byte TLS_HANDSHAKE = 0x16;

  private static final byte[] NO_TLS =
      "HTTP/1.0 400 Bad Request\r\n\r\nThis registry speaks http, not https.\n"
          .getBytes(StandardCharsets.US_ASCII);

  private static final int BUFFER_BYTES = 256 << 10;

  private final ServerSocketChannel door;
  private final InetSocketAddress address;
  private final InetSocketAddress server;
  private final ExecutorService threads;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

  private FrontDoor(ServerSocketChannel door, InetSocketAddress server, ExecutorService threads)
      throws IOException {
    this.door = door;
    this.address = (InetSocketAddress) door.getLocalAddress();
    this.server = server;
    this.threads = threads;
  }

  /** Listens at {@code address} for the HTTP server that listens at {@code server}. */
  static FrontDoor open(
      InetSocketAddress address, InetSocketAddress server, ExecutorService threads)
      throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      channel.bind(address);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    FrontDoor door = new FrontDoor(channel, server, threads);
    threads.execute(door::accept);
    return door;
  }

  /** Where it listens; known after it has been closed, too. */
  InetSocketAddress address() {
    return address;
  }

  private void accept() {
    while (door.isOpen()) {
      try {
        SocketChannel client = door.accept();
        open.add(client);
        threads.execute(() -> serve(client));
      } catch (IOException | RejectedExecutionException e) {
        // Closed, or a client that was gone before it was let in.
        if (!door.isOpen()) {
          return;
        }
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client;
        SocketChannel inside = SocketChannel.open()) {
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      ByteBuffer first = ByteBuffer.allocate(BUFFER_BYTES);
      if (client.read(first) < 0) {
        return;
      }
      first.flip();
      if (first.get(0) == TLS_HANDSHAKE) {
        write(client, ByteBuffer.wrap(NO_TLS));
        return;
      }
      open.add(inside);
      inside.setOption(StandardSocketOptions.TCP_NODELAY, true);
      inside.connect(server);
      write(inside, first);
      threads.execute(() -> relay(client, inside));
      copy(inside, client);
    } catch (IOException | RejectedExecutionException e) {
      // The connection has ended, from one side or the other; both are closed now.
    } finally {
      open.remove(client);
      open.removeIf(channel -> !channel.isOpen());
    }
  }

  /** The way in; the way out closes both when it ends. */
  private static void relay(SocketChannel client, SocketChannel inside) {
    try {
      copy(client, inside);
      inside.shutdownOutput();
    } catch (IOException e) {
      closeQuietly(inside);
    }
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(SocketChannel from, SocketChannel to) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    while (from.read(buffer) >= 0) {
      buffer.flip();
      write(to, buffer);
      buffer.clear();
    }
  }

  private static void write(SocketChannel to, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    for (SocketChannel channel : open) {
      channel.close();
    }
  }
}
