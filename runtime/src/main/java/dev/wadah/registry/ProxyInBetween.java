package dev.wadah.registry;

import java.net.InetSocketAddress;

/**
 * Goes along with a failure, suppressed: a proxy was asked, so that it may be its fault, and the
 * registry may never have been reached. The failure keeps its type, by which is decided whether to
 * try again.
 */
final class ProxyInBetween extends Exception {
  private static final long serialVersionUID = 1L;

  ProxyInBetween(InetSocketAddress proxy) {
    super(
        "through the proxy %s:%d".formatted(proxy.getHostString(), proxy.getPort()),
        null,
        false,
        false);
  }
}
