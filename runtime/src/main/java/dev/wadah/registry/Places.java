package dev.wadah.registry;

import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a repository is to be found and how its hosts are reached, as {@code registries.toml} says,
 * or {@code hosts.toml} for hosts that are not in it, and the certificates in {@code certs.d}
 * (docs/registry.md).
 */
final class Places {
  private final RegistrySettings settings;
  private final HostFolders folders;
  private final CertificateFolders certificates;

  private final boolean mirrored;

  Places(Map<String, String> environment) {
    this(new RegistrySettings(environment), new HostFolders(environment), true);
  }

  private Places(RegistrySettings settings, HostFolders folders, boolean mirrored) {
    this.settings = settings;
    this.folders = folders;
    this.certificates = new CertificateFolders(folders);
    this.mirrored = mirrored;
  }

  /** The registries themselves alone. */
  Places withoutMirrors() {
    return new Places(settings, folders, false);
  }

  /** The places to pull a repository from, in the order of trying; the registry itself is last. */
  List<Endpoint> pullFrom(ImageReference repository, Demand demand) throws IOException {
    List<Endpoint> places = new ArrayList<>();
    if (mirrored) {
      addMirrors(repository, demand, places);
    }
    places.add(home(repository));
    return places;
  }

  private void addMirrors(ImageReference repository, Demand demand, List<Endpoint> places)
      throws IOException {
    Optional<RegistrySettings.Rule> rule = rule(repository.repository());
    if (rule.isPresent()) {
      for (RegistrySettings.Mirror mirror : rule.get().mirrors()) {
        places.add(moved(repository, rule.get().prefix(), mirror.location(), mirror.access()));
      }
      return;
    }
    Optional<HostsFile.Hosts> hosts = folders.hosts(repository.domain());
    if (hosts.isPresent()) {
      for (HostsFile.Host mirror : hosts.get().mirrors()) {
        if (mirror.demands().contains(demand)) {
          places.add(at(mirror, repository));
        }
      }
    }
  }

  /** The registry itself. */
  Endpoint home(ImageReference repository) throws IOException {
    Optional<RegistrySettings.Rule> rule = rule(repository.repository());
    if (rule.isPresent()) {
      RegistrySettings.Rule r = rule.get();
      return moved(repository, r.prefix(), r.location(), r.access());
    }
    Optional<HostsFile.Hosts> hosts = folders.hosts(repository.domain());
    if (hosts.isPresent()) {
      return at(hosts.get().server(), repository);
    }
    String host = Endpoint.apiHost(repository.domain());
    return new Endpoint(
        host, repository.path(), certificates.complete(host, Endpoint.Access.DEFAULT));
  }

  private Endpoint at(HostsFile.Host host, ImageReference repository) throws IOException {
    return new Endpoint(
        host.host(),
        host.root(),
        host.below() + repository.path(),
        certificates.complete(host.host(), host.access()));
  }

  private Endpoint moved(
      ImageReference repository, String prefix, String location, Endpoint.Access access)
      throws IOException {
    String name = location + repository.repository().substring(prefix.length());
    int slash = name.indexOf('/');
    if (slash < 0) {
      throw new RegistryException(
          "%s: \"%s\" stands for the whole repository \"%s\", and is a host without a path"
              .formatted(settings.file(), location, prefix),
          null);
    }
    String host = Endpoint.apiHost(name.substring(0, slash));
    return new Endpoint(host, name.substring(slash + 1), certificates.complete(host, access));
  }

  /** The rule with the longest prefix. */
  private Optional<RegistrySettings.Rule> rule(String repository) throws IOException {
    RegistrySettings.Rule best = null;
    for (RegistrySettings.Rule rule : settings.rules()) {
      boolean longer = best == null || rule.prefix().length() > best.prefix().length();
      if (rule.covers(repository) && longer) {
        best = rule;
      }
    }
    return Optional.ofNullable(best);
  }
}
