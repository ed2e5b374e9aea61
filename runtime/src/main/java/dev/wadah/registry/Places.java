package dev.wadah.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a repository is to be found and how its hosts are reached: {@code registries.toml} and the
 * folders {@code certs.d} (docs/registry.md).
 */
final class Places {
  private final Map<String, String> environment;
  private List<Rule> rules;

  Places(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * A {@code [[registry]]} of the file.
   *
   * @param prefix a host, or a host with the beginning of a path
   * @param location what replaces the prefix; empty for the prefix itself
   * @param access to the location's host
   * @param mirrors asked first when pulling
   */
  private record Rule(
      String prefix, String location, Endpoint.Access access, List<Mirror> mirrors) {
    boolean covers(String repository) {
      return repository.equals(prefix)
          || (repository.startsWith(prefix) && repository.charAt(prefix.length()) == '/');
    }
  }

  private record Mirror(String location, Endpoint.Access access) {}

  /** The places to pull a repository from, in the order of trying; the registry itself is last. */
  List<Endpoint> pullFrom(ImageReference repository) throws IOException {
    List<Endpoint> places = new ArrayList<>();
    Optional<Rule> rule = rule(repository.repository());
    if (rule.isPresent()) {
      for (Mirror mirror : rule.get().mirrors()) {
        places.add(moved(repository, rule.get().prefix(), mirror.location(), mirror.access()));
      }
    }
    places.add(home(repository));
    return places;
  }

  /** The registry itself. */
  Endpoint home(ImageReference repository) throws IOException {
    Optional<Rule> rule = rule(repository.repository());
    if (rule.isPresent()) {
      Rule r = rule.get();
      return moved(repository, r.prefix(), r.location(), r.access());
    }
    String host = Endpoint.apiHost(repository.domain());
    return new Endpoint(host, repository.path(), withCerts(host, Endpoint.Access.DEFAULT));
  }

  private Endpoint moved(
      ImageReference repository, String prefix, String location, Endpoint.Access access)
      throws IOException {
    String name = location + repository.repository().substring(prefix.length());
    int slash = name.indexOf('/');
    String host = Endpoint.apiHost(name.substring(0, slash));
    return new Endpoint(host, name.substring(slash + 1), withCerts(host, access));
  }

  /** The rule with the longest prefix. */
  private Optional<Rule> rule(String repository) throws IOException {
    Rule best = null;
    for (Rule rule : rules()) {
      boolean longer = best == null || rule.prefix().length() > best.prefix().length();
      if (rule.covers(repository) && longer) {
        best = rule;
      }
    }
    return Optional.ofNullable(best);
  }

  private synchronized List<Rule> rules() throws IOException {
    if (rules == null) {
      List<Rule> read = List.of();
      for (Path file : files()) {
        if (Files.isRegularFile(file)) {
          read = read(file);
          break;
        }
      }
      rules = read;
    }
    return rules;
  }

  private List<Path> files() {
    String named = environment.getOrDefault("WADAH_REGISTRIES", "");
    if (!named.isEmpty()) {
      return List.of(Path.of(named));
    }
    return List.of(
        config().resolve("wadah").resolve("registries.toml"),
        Path.of("/etc/wadah/registries.toml"));
  }

  private Path config() {
    String folder = environment.getOrDefault("XDG_CONFIG_HOME", "");
    return folder.isEmpty() ? Credentials.home(environment).resolve(".config") : Path.of(folder);
  }

  private static List<Rule> read(Path file) throws IOException {
    JsonNode root;
    try {
      root = new TomlMapper().readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new RegistryException(
          "%s:%d: %s"
              .formatted(
                  file,
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  e.getOriginalMessage()),
          e);
    }
    List<Rule> rules = new ArrayList<>();
    for (JsonNode node : root.path("registry")) {
      String prefix = text(node, "prefix").orElse(text(node, "location").orElse(""));
      if (prefix.isEmpty()) {
        throw new RegistryException(
            file + ": a [[registry]] has neither a prefix nor a location", null);
      }
      List<Mirror> mirrors = new ArrayList<>();
      for (JsonNode mirror : node.path("mirror")) {
        String location =
            text(mirror, "location")
                .orElseThrow(
                    () ->
                        new RegistryException(
                            file + ": a mirror of " + prefix + " has no location", null));
        mirrors.add(new Mirror(location, access(mirror, file)));
      }
      rules.add(
          new Rule(prefix, text(node, "location").orElse(prefix), access(node, file), mirrors));
    }
    return rules;
  }

  private static Endpoint.Access access(JsonNode node, Path file) {
    Path folder = file.toAbsolutePath().getParent();
    Endpoint.TlsFiles tls =
        new Endpoint.TlsFiles(
            text(node, "ca").map(folder::resolve),
            text(node, "client-cert").map(folder::resolve),
            text(node, "client-key").map(folder::resolve));
    return new Endpoint.Access(
        node.path("http").asBoolean(), node.path("skip-verify").asBoolean(), tls);
  }

  private static Optional<String> text(JsonNode node, String name) {
    return Optional.of(node.path(name).asText("")).filter(text -> !text.isEmpty());
  }

  /** Adds what docker's and podman's certs.d folders have for a host. */
  private Endpoint.Access withCerts(String host, Endpoint.Access access) throws IOException {
    if (access.plainHttp() || !access.tls().isEmpty()) {
      return access;
    }
    for (Path top :
        List.of(
            config().resolve("containers").resolve("certs.d"),
            Path.of("/etc/containers/certs.d"),
            Path.of("/etc/docker/certs.d"))) {
      Path folder = top.resolve(host);
      if (Files.isDirectory(folder)) {
        return new Endpoint.Access(false, access.skipVerify(), tlsFiles(folder));
      }
    }
    return access;
  }

  private static Endpoint.TlsFiles tlsFiles(Path folder) throws IOException {
    Optional<Path> ca = Optional.empty();
    Optional<Path> cert = Optional.empty();
    Optional<Path> key = Optional.empty();
    try (Stream<Path> files = Files.list(folder).sorted()) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".crt")) {
          ca = Optional.of(file);
        } else if (name.endsWith(".cert")) {
          cert = Optional.of(file);
        } else if (name.endsWith(".key")) {
          key = Optional.of(file);
        }
      }
    }
    return new Endpoint.TlsFiles(ca, cert, key);
  }
}
