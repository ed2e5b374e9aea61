package dev.wadah.cli.profile;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.util.Optional;

/**
 * The collector that the variables of OpenTelemetry name, if they name one that is reached over
 * TCP.
 *
 * @param address its URL
 */
record Collector(Optional<URI> address) {
  private static final int MILLIS_TO_CONNECT = 1000;

  /** The one of the variables. */
  static Collector of(TraceVariables variables) {
    try {
      URI address = URI.create(variables.endpoint());
      return new Collector(Optional.of(address).filter(a -> a.getHost() != null));
    } catch (IllegalArgumentException e) {
      return new Collector(Optional.empty()); // the variables' check says what is wrong with it
    }
  }

  /** For messages; without what may be secret. */
  String name() {
    return address.map(a -> "the collector " + a.getHost() + ":" + port(a)).orElse("the collector");
  }

  /**
   * Connects, so that a collector that is away is known before anything is loaded for it. Behind a
   * proxy nothing can be known.
   *
   * @throws IOException if nobody listens there
   */
  void reach() throws IOException {
    if (address.isEmpty() || isBehindProxy(address.get())) {
      return;
    }
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(address.get().getHost(), port(address.get())), MILLIS_TO_CONNECT);
    } catch (IOException e) {
      throw new IOException(name() + " cannot be reached: " + e.getMessage(), e);
    }
  }

  private static boolean isBehindProxy(URI address) {
    ProxySelector selector = ProxySelector.getDefault();
    return selector != null
        && selector.select(address).stream().anyMatch(p -> p.type() != Proxy.Type.DIRECT);
  }

  private static int port(URI address) {
    if (address.getPort() > 0) {
      return address.getPort();
    }
    return "https".equals(address.getScheme()) ? 443 : 80;
  }
}
