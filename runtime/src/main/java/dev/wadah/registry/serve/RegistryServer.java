package dev.wadah.registry.serve;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * A registry that serves a folder over plain HTTP until it is closed, on Jetty (ADR 4). A client
 * that tries TLS first, as docker and skopeo do at a loopback registry, is told at once that this
 * is HTTP.
 */
public final class RegistryServer implements Closeable {
  /** How long a connection may do nothing, within a request or between two. */
  private static final Duration IDLE = Duration.ofSeconds(60);

  private static final int THREADS = 200;

  /** The time between two sweeps. */
  private static final Duration SWEEPS = Duration.ofHours(1);

  private final Server server;
  private final ServerConnector connector;
  private final Thread sweeper;
  private InetSocketAddress address;

  private RegistryServer(Path folder, InetSocketAddress address) throws IOException {
    QueuedThreadPool threads = new QueuedThreadPool(THREADS, 2);
    threads.setName("wadah-registry");
    threads.setDaemon(true);
    server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(address.getAddress().getHostAddress());
    connector.setPort(address.getPort());
    connector.setIdleTimeout(IDLE.toMillis());
    server.addConnector(connector);
    Storage storage = new Storage(folder);
    server.setHandler(new Door(storage));
    sweeper = new Thread(() -> sweep(new Sweep(storage)), "wadah-registry-sweep");
    sweeper.setDaemon(true);
    server.setErrorHandler(RegistryServer::refuse);
    server.setStopTimeout(0);
  }

  /**
   * Starts to serve.
   *
   * @param folder made when it is not there
   * @param address where to listen; port 0 takes a free one
   */
  public static RegistryServer start(Path folder, InetSocketAddress address) throws IOException {
    // Else the logging interface that Jetty uses says on the terminal that nobody listens to it.
    if (System.getProperty("slf4j.internal.verbosity") == null) {
      System.setProperty("slf4j.internal.verbosity", "ERROR");
    }
    if (address.isUnresolved()) {
      throw new java.net.UnknownHostException(address.getHostString());
    }
    Files.createDirectories(folder);
    RegistryServer registry = new RegistryServer(folder.toAbsolutePath(), address);
    try {
      registry.server.start();
      registry.sweeper.start();
      registry.address =
          new InetSocketAddress(address.getAddress(), registry.connector.getLocalPort());
    } catch (Exception e) {
      registry.close();
      throw e instanceof IOException io ? io : new IOException(e);
    }
    return registry;
  }

  /** Sweeps now, and then every hour, until it is interrupted. */
  private static void sweep(Sweep sweep) {
    try {
      while (true) {
        try {
          sweep.run(Instant.now().minus(Sweep.GRACE));
        } catch (IOException e) {
          // The folder is gone or cannot be read now: requests tell of that, and the next sweep
          // is in an hour.
        }
        Thread.sleep(SWEEPS.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Where it listens; known after it has been closed, too. */
  public InetSocketAddress address() {
    return address;
  }

  /** What stands before the path in references, such as {@code localhost:5000}. */
  public String host() {
    return "localhost:" + address.getPort();
  }

  /** What Jetty refuses before it is asked: bad requests, addresses that hide something. */
  private static boolean refuse(Request request, Response response, Callback callback)
      throws Exception {
    new Exchange(request, response).reply(refusal(request, response.getStatus()));
    callback.succeeded();
    return true;
  }

  /** A registry that goes away is no fault of the request: clients ask again later. */
  private static Fault refusal(Request request, int status) {
    if (!request.getConnectionMetaData().getConnector().getServer().isRunning()) {
      return new Fault(503, "UNAVAILABLE", "the registry is being stopped");
    }
    return new Fault(
        status >= 400 ? status : 500, "UNSUPPORTED", "this request cannot be answered");
  }

  /** Every request comes in here. */
  private static final class Door extends Handler.Abstract {
    private final Requests requests;

    Door(Storage storage) throws IOException {
      this.requests = new Requests(storage);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      try {
        requests.answer(request.getHttpURI().getDecodedPath(), new Exchange(request, response));
        callback.succeeded();
      } catch (IOException e) {
        // The client has gone, or the disk is full: the connection ends in the middle.
        callback.failed(e);
      }
      return true;
    }
  }

  /** Stops at once; requests under way are cut off. */
  @Override
  public void close() throws IOException {
    sweeper.interrupt();
    try {
      server.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the registry stopped");
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
