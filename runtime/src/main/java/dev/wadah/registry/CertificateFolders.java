package dev.wadah.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The certificates in the folders {@code certs.d/HOST[:PORT]}: each {@code *.crt} holds
 * authorities, {@code X.cert} with {@code X.key} is what the client shows. The first folder of a
 * host counts.
 */
final class CertificateFolders {
  private final HostFolders folders;

  CertificateFolders(HostFolders folders) {
    this.folders = folders;
  }

  /**
   * Adds what the folders have for a host that has no files of its own.
   *
   * @throws RegistryException if a folder holds half of a pair
   */
  Endpoint.Access complete(String host, Endpoint.Access access) throws IOException {
    if (access.plainHttp() || !access.tls().isEmpty()) {
      return access;
    }
    List<Path> found = folders.of(host);
    return found.isEmpty()
        ? access
        : new Endpoint.Access(access.scheme(), access.skipVerify(), files(found.get(0)));
  }

  private static Endpoint.TlsFiles files(Path folder) throws IOException {
    List<Path> authorities = new ArrayList<>();
    Optional<Path> cert = Optional.empty();
    Optional<Path> key = Optional.empty();
    try (Stream<Path> sorted = Files.list(folder).sorted()) {
      for (Path file : sorted.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".crt")) {
          authorities.add(file);
        } else if (name.endsWith(".cert")) {
          Path other = partner(file, ".cert", ".key");
          cert = cert.or(() -> Optional.of(file));
          key = key.or(() -> Optional.of(other));
        } else if (name.endsWith(".key")) {
          partner(file, ".key", ".cert");
        }
      }
    }
    return new Endpoint.TlsFiles(authorities, cert, key);
  }

  private static Path partner(Path file, String suffix, String other) throws RegistryException {
    String name = file.getFileName().toString();
    Path partner = file.resolveSibling(name.substring(0, name.length() - suffix.length()) + other);
    if (!Files.isRegularFile(partner)) {
      throw new RegistryException(
          "%s is of no use without %s, which is missing".formatted(file, partner.getFileName()),
          null);
    }
    return partner;
  }
}
