package dev.wadah.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The folders {@code certs.d/HOST[:PORT]} of docker, podman and containerd, the user's before the
 * machine's. containerd also calls them {@code HOST_PORT_}.
 */
final class HostFolders {
  private final List<Path> tops;
  private final Map<String, Optional<HostsFile.Hosts>> known = new ConcurrentHashMap<>();

  HostFolders(Map<String, String> environment) {
    List<Path> found = new ArrayList<>();
    for (Path config : List.of(RegistrySettings.config(environment), Path.of("/etc"))) {
      for (String program : List.of("containers", "docker", "containerd")) {
        found.add(config.resolve(program).resolve("certs.d"));
      }
    }
    this.tops = List.copyOf(found);
  }

  /** All folders of a host that are there, in the order of asking. */
  List<Path> of(String host) {
    int colon = host.lastIndexOf(':');
    List<Path> found = new ArrayList<>();
    for (Path top : tops) {
      if (Files.isDirectory(top.resolve(host))) {
        found.add(top.resolve(host));
      }
      if (colon >= 0) {
        String other = host.substring(0, colon) + "_" + host.substring(colon + 1) + "_";
        if (Files.isDirectory(top.resolve(other))) {
          found.add(top.resolve(other));
        }
      }
    }
    return found;
  }

  /**
   * What the first {@code hosts.toml} of a domain says; empty when there is none.
   *
   * @throws RegistryException naming the file, the line and what is wrong there
   */
  Optional<HostsFile.Hosts> hosts(String domain) throws IOException {
    Optional<HostsFile.Hosts> before = known.get(domain);
    if (before != null) {
      return before;
    }
    Optional<HostsFile.Hosts> read = Optional.empty();
    for (Path folder : of(domain)) {
      Path file = folder.resolve("hosts.toml");
      if (Files.isRegularFile(file)) {
        read = Optional.of(HostsFile.read(file, domain));
        break;
      }
    }
    known.put(domain, read);
    return read;
  }
}
