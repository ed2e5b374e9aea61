package dev.wadah.registry;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A place that serves a repository: the registry itself or a mirror.
 *
 * @param host name and port as in a reference, such as localhost:5000
 * @param root where the API is there, beginning and ending with a slash
 * @param path the repository's path there
 * @param access how the host is reached
 */
record Endpoint(String host, String root, String path, Access access) {
  /** A place where the API is where it usually is. */
  Endpoint(String host, String path, Access access) {
    this(host, "/v2/", path, access);
  }

  /**
   * How a host is reached. Plain http and unverified TLS are two settings.
   *
   * @param scheme http or https
   * @param skipVerify https without checking certificates
   * @param tls files of its own
   */
  record Access(Scheme scheme, boolean skipVerify, TlsFiles tls) {
    static final Access DEFAULT = new Access(Scheme.USUAL, false, TlsFiles.NONE);

    boolean plainHttp() {
      return scheme == Scheme.HTTP;
    }
  }

  /**
   * Certificates for a host.
   *
   * @param authorities PEM files of authorities besides the JVM's
   * @param clientCert a PEM file with our certificate
   * @param clientKey a PEM file with its key; there if and only if the certificate is
   */
  record TlsFiles(List<Path> authorities, Optional<Path> clientCert, Optional<Path> clientKey) {
    static final TlsFiles NONE = new TlsFiles(List.of(), Optional.empty(), Optional.empty());

    boolean isEmpty() {
      return authorities.isEmpty() && clientCert.isEmpty();
    }
  }

  /** The host that answers for Docker's domain; any other as it is. */
  static String apiHost(String domain) {
    return domain.equals("docker.io") ? "registry-1.docker.io" : domain;
  }

  /** Whether the host is this machine, where docker allows plain http as well. */
  boolean isLoopback() {
    String name = hostName(host);
    return name.equals("localhost") || name.equals("::1") || isLoopbackAddress(name);
  }

  private static boolean isLoopbackAddress(String name) {
    if (!name.startsWith("127.")) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '.' && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }

  static String hostName(String host) {
    if (host.startsWith("[")) {
      return host.substring(1, host.indexOf(']'));
    }
    int colon = host.indexOf(':');
    return colon < 0 ? host : host.substring(0, colon);
  }

  /** The address of {@code rest} below the API's root, such as {@code /manifests/latest}. */
  URI uri(String scheme, String rest) {
    return URI.create(scheme + "://" + host + root + path + rest);
  }

  /** The address of the API's root. */
  URI root(String scheme) {
    return URI.create(scheme + "://" + host + root);
  }
}
