package dev.wadah.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds credentials where docker and podman keep them: {@code DOCKER_AUTH_CONFIG}, {@code
 * $REGISTRY_AUTH_FILE}, {@code $DOCKER_CONFIG/config.json}, podman's {@code auth.json}; in each,
 * for the longest path first, a helper program and an entry, at last the store of all hosts. A
 * broken source is remembered as a warning, and the next one is tried.
 */
public final class Credentials {
  private final Map<String, String> environment;
  private final List<String> warnings = new ArrayList<>();
  private final Map<String, Optional<Credential>> found = new ConcurrentHashMap<>();
  private final Map<String, Credential> given;
  private List<CredentialFile> files;

  /** Reads nothing before the first question. */
  public Credentials(Map<String, String> environment) {
    this(environment, Map.of());
  }

  private Credentials(Map<String, String> environment, Map<String, Credential> given) {
    this.environment = Map.copyOf(environment);
    this.given = given;
  }

  /** This credential for this host, and nothing for any other. */
  static Credentials of(String host, Credential credential) {
    Credentials credentials = new Credentials(Map.of(), Map.of(host, credential));
    credentials.files = List.of();
    return credentials;
  }

  /**
   * The credential for a repository, asked of the outside world once per process.
   *
   * @param host such as docker.io or localhost:5000
   * @param path of the repository
   */
  public Optional<Credential> find(String host, String path) {
    Credential known = given.get(host);
    if (known != null) {
      return Optional.of(known);
    }
    return found.computeIfAbsent(host + "/" + path, key -> look(host, path));
  }

  /** What went wrong with sources so far, without secrets. */
  public synchronized List<String> warnings() {
    return List.copyOf(warnings);
  }

  private synchronized Optional<Credential> look(String host, String path) {
    for (CredentialFile file : files()) {
      for (String name : aliases(host)) {
        Optional<Credential> credential = look(file, name, path);
        if (credential.isPresent()) {
          return credential;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Credential> look(CredentialFile file, String host, String path) {
    for (String key = host + "/" + path; ; key = key.substring(0, key.lastIndexOf('/'))) {
      String helper = file.helpers().get(key);
      Optional<Credential> credential =
          helper == null ? Optional.empty() : ask(helper, serverUrl(key));
      if (credential.isEmpty()) {
        credential = Optional.ofNullable(file.auths().get(key));
      }
      if (credential.isPresent()) {
        return credential;
      }
      if (key.equals(host)) {
        break;
      }
    }
    return file.store().flatMap(store -> ask(store, serverUrl(host)));
  }

  /** The names under which a host may be listed. */
  private static List<String> aliases(String host) {
    return switch (host) {
      case "docker.io", "index.docker.io", "registry-1.docker.io" ->
          List.of("index.docker.io", "docker.io", "registry-1.docker.io");
      default -> List.of(host);
    };
  }

  /** What docker hands to a helper. */
  static String serverUrl(String host) {
    return host.equals("index.docker.io") ? "https://index.docker.io/v1/" : host;
  }

  private Optional<Credential> ask(String helper, String server) {
    try {
      HelperPrograms programs = new HelperPrograms(environment, HelperPrograms.PATIENCE);
      return CredentialHelpers.ask(helper, server, programs);
    } catch (RegistryException e) {
      warnings.add(e.getMessage());
      return Optional.empty();
    }
  }

  private List<CredentialFile> files() {
    if (files == null) {
      files = new ArrayList<>();
      String inline = environment.getOrDefault("DOCKER_AUTH_CONFIG", "");
      if (!inline.isBlank()) {
        add(inline.getBytes(StandardCharsets.UTF_8), "DOCKER_AUTH_CONFIG");
      }
      for (Path file : places(environment)) {
        try {
          add(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
          // Most of the places are empty on most machines, but this one somebody has named.
          if (file.toString().equals(environment.get("REGISTRY_AUTH_FILE"))) {
            warnings.add("REGISTRY_AUTH_FILE names " + file + ", which does not exist");
          }
        } catch (IOException e) {
          warnings.add("cannot read " + file + ": " + e.getMessage());
        }
      }
    }
    return files;
  }

  private void add(byte[] json, String source) {
    try {
      CredentialFile file = CredentialFile.parse(json, source);
      files.add(file);
      warnings.addAll(file.faults());
    } catch (IOException e) {
      warnings.add(e.getMessage());
    }
  }

  /** The files that may hold credentials, in the order of asking. */
  static List<Path> places(Map<String, String> environment) {
    List<Path> places = new ArrayList<>();
    String named = environment.getOrDefault("REGISTRY_AUTH_FILE", "");
    if (!named.isEmpty()) {
      places.add(Path.of(named));
    }
    places.add(dockerConfig(environment));
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    if (!runtime.isEmpty()) {
      places.add(Path.of(runtime, "containers", "auth.json"));
    }
    String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path configFolder = config.isEmpty() ? home(environment).resolve(".config") : Path.of(config);
    places.add(configFolder.resolve("containers").resolve("auth.json"));
    return places;
  }

  /** Docker's config.json. */
  static Path dockerConfig(Map<String, String> environment) {
    String folder = environment.getOrDefault("DOCKER_CONFIG", "");
    return folder.isEmpty()
        ? home(environment).resolve(".docker").resolve("config.json")
        : Path.of(folder, "config.json");
  }

  static Path home(Map<String, String> environment) {
    return Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
  }
}
