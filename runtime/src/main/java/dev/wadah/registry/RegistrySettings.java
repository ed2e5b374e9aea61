package dev.wadah.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The file {@code registries.toml} (docs/registry.md); read when it is first asked. */
final class RegistrySettings {
  private static final Set<String> ACCESS_KEYS =
      Set.of("location", "http", "skip-verify", "ca", "client-cert", "client-key");

  private final Map<String, String> environment;
  private Path file;
  private List<Rule> rules;

  RegistrySettings(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * A {@code [[registry]]} of the file.
   *
   * @param prefix a host, or a host with the beginning of a path
   * @param location what replaces the prefix; the same as it when nothing does
   * @param access to the location's host
   * @param mirrors asked first when pulling
   */
  record Rule(String prefix, String location, Endpoint.Access access, List<Mirror> mirrors) {
    boolean covers(String repository) {
      return repository.equals(prefix)
          || (repository.startsWith(prefix) && repository.charAt(prefix.length()) == '/');
    }
  }

  /** A {@code [[registry.mirror]]} of the file. */
  record Mirror(String location, Endpoint.Access access) {}

  /**
   * The rules, in the order of the file; none when there is no file.
   *
   * @throws RegistryException naming the file and what is wrong in it
   */
  synchronized List<Rule> rules() throws IOException {
    if (rules == null) {
      Optional<Path> found = find();
      file = found.orElse(null);
      rules = found.isPresent() ? read() : List.of();
    }
    return rules;
  }

  /** The file that was read. */
  synchronized Path file() {
    return file;
  }

  private Optional<Path> find() throws RegistryException {
    String named = environment.getOrDefault("WADAH_REGISTRIES", "");
    if (!named.isEmpty()) {
      if (!Files.isRegularFile(Path.of(named))) {
        throw new RegistryException("WADAH_REGISTRIES names %s, no file".formatted(named), null);
      }
      return Optional.of(Path.of(named));
    }
    for (Path folder : List.of(config(environment).resolve("wadah"), Path.of("/etc/wadah"))) {
      Path candidate = folder.resolve("registries.toml");
      if (Files.isRegularFile(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** Where a user's settings are: {@code $XDG_CONFIG_HOME} or {@code ~/.config}. */
  static Path config(Map<String, String> environment) {
    String folder = environment.getOrDefault("XDG_CONFIG_HOME", "");
    return folder.isEmpty() ? Credentials.home(environment).resolve(".config") : Path.of(folder);
  }

  private List<Rule> read() throws IOException {
    JsonNode root = Toml.read(Files.readAllBytes(file), file);
    requireKeys(root, "the file", Set.of("registry"));
    List<Rule> found = new ArrayList<>();
    for (JsonNode node : root.path("registry")) {
      found.add(rule(node));
    }
    return found;
  }

  private Rule rule(JsonNode node) throws RegistryException {
    String what = "a [[registry]]";
    String location = text(node, "location", what);
    String prefix = text(node, "prefix", what);
    if (prefix.isEmpty() && location.isEmpty()) {
      throw wrong(what + " has neither a prefix nor a location");
    }
    prefix = prefix.isEmpty() ? location : prefix;
    what = "the [[registry]] of \"" + prefix + "\"";
    for (Iterator<String> keys = node.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      if (!ACCESS_KEYS.contains(key) && !key.equals("prefix") && !key.equals("mirror")) {
        throw unknown(what, key);
      }
    }
    List<Mirror> mirrors = new ArrayList<>();
    for (JsonNode mirror : node.path("mirror")) {
      String ofWhat = "a mirror of \"" + prefix + "\"";
      requireKeys(mirror, ofWhat, ACCESS_KEYS);
      String place = text(mirror, "location", ofWhat);
      if (place.isEmpty()) {
        throw wrong(ofWhat + " has no location");
      }
      mirrors.add(new Mirror(name(place, ofWhat), access(mirror, ofWhat)));
    }
    return new Rule(
        name(prefix, what),
        name(location.isEmpty() ? prefix : location, what),
        access(node, what),
        mirrors);
  }

  /** A host, or a host with a path; an address of the web is a likely mistake. */
  private String name(String text, String what) throws RegistryException {
    if (text.contains("://")) {
      throw wrong(
          "%s has the address \"%s\"; write it without \"%s\"%s"
              .formatted(
                  what,
                  text,
                  text.substring(0, text.indexOf("://") + 3),
                  text.startsWith("http://") ? ", and http = true" : ""));
    }
    if (text.startsWith("/") || text.endsWith("/") || text.contains(" ")) {
      throw wrong("%s has \"%s\", which is no host with a path".formatted(what, text));
    }
    if (text.contains("*")) {
      throw wrong(
          "%s has \"%s\"; there are no patterns: name each host, or the beginning of a path"
              .formatted(what, text));
    }
    return text;
  }

  private Endpoint.Access access(JsonNode node, String what) throws RegistryException {
    Path folder = file.toAbsolutePath().getParent();
    Optional<Path> cert = path(node, "client-cert", what, folder);
    Optional<Path> key = path(node, "client-key", what, folder);
    if (cert.isPresent() != key.isPresent()) {
      throw wrong(what + " needs client-cert and client-key, or neither");
    }
    boolean http = flag(node, "http", what);
    boolean skipVerify = flag(node, "skip-verify", what);
    if (http && skipVerify) {
      throw wrong(what + " has http and skip-verify; there is nothing to verify with http");
    }
    return new Endpoint.Access(
        http ? Scheme.HTTP : Scheme.USUAL,
        skipVerify,
        new Endpoint.TlsFiles(
            path(node, "ca", what, folder).map(List::of).orElse(List.of()), cert, key));
  }

  private Optional<Path> path(JsonNode node, String name, String what, Path folder)
      throws RegistryException {
    String text = text(node, name, what);
    return text.isEmpty() ? Optional.empty() : Optional.of(folder.resolve(text));
  }

  private String text(JsonNode node, String name, String what) throws RegistryException {
    JsonNode value = node.path(name);
    if (!value.isMissingNode() && !value.isTextual()) {
      throw wrong("%s: %s should be a text".formatted(what, name));
    }
    return value.asText("");
  }

  private boolean flag(JsonNode node, String name, String what) throws RegistryException {
    JsonNode value = node.path(name);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw wrong("%s: %s should be true or false".formatted(what, name));
    }
    return value.asBoolean();
  }

  private void requireKeys(JsonNode node, String what, Set<String> known) throws RegistryException {
    for (Iterator<String> keys = node.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      if (!known.contains(key)) {
        throw unknown(what, key);
      }
    }
  }

  private RegistryException unknown(String what, String key) {
    return wrong("%s has \"%s\", which is no setting".formatted(what, key));
  }

  private RegistryException wrong(String message) {
    return new RegistryException(file + ": " + message, null);
  }
}
