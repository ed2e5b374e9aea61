package dev.wadah.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads containerd's {@code certs.d/HOST/hosts.toml} (containerd docs/hosts.md): {@code server},
 * and a table {@code [host."ADDRESS"]} for each mirror, in the order of the file. What it may say
 * and cannot be done here is an error, since the file is meant for somebody else: half of it could
 * be the wrong half. {@code registries.toml} goes before it.
 */
final class HostsFile {
  private static final Set<String> HOST_KEYS =
      Set.of("capabilities", "ca", "client", "skip_verify", "override_path", "dial_timeout");

  private final Path file;
  private final String text;

  private HostsFile(Path file, String text) {
    this.file = file;
    this.text = text;
  }

  /**
   * What the file says.
   *
   * @param server the registry itself
   * @param mirrors asked before it
   */
  record Hosts(Host server, List<Host> mirrors) {}

  /**
   * An address and how it is reached.
   *
   * @param host name and port
   * @param root where its API is, such as {@code /v2/}
   * @param below what comes before the path of a repository; empty, or ending with a slash
   * @param demands what may be asked of it
   */
  record Host(
      String host, String root, String below, Endpoint.Access access, Set<Demand> demands) {}

  /**
   * Reads a file.
   *
   * @param domain whose folder it is in, the registry itself where the file names no server
   * @throws RegistryException naming the file, the line and what is wrong there
   */
  static Hosts read(Path file, String domain) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return new HostsFile(file, new String(bytes, StandardCharsets.UTF_8))
        .hosts(Toml.read(bytes, file), domain);
  }

  private Hosts hosts(JsonNode root, String domain) throws RegistryException {
    Table top = new Table("", root);
    for (Iterator<String> keys = root.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      if (!key.equals("server") && !key.equals("host")) {
        top.requireKnown(key);
      }
    }
    JsonNode named = root.path("server");
    if (!named.isMissingNode() && !named.isTextual()) {
      throw top.wrong("server", "should be a text");
    }
    Host server = top.host(named.asText("").isEmpty() ? domain : named.asText(), "server");
    JsonNode hosts = root.path("host");
    if (!hosts.isMissingNode() && !hosts.isObject()) {
      throw top.wrong("host", "should be tables, such as [host.\"https://mirror.example\"]");
    }
    List<Host> mirrors = new ArrayList<>();
    for (Iterator<String> addresses = hosts.fieldNames(); addresses.hasNext(); ) {
      String address = addresses.next();
      JsonNode settings = hosts.path(address);
      Table table = new Table(address, settings);
      if (!settings.isObject()) {
        throw table.wrong("", "should be a table");
      }
      for (Iterator<String> keys = settings.fieldNames(); keys.hasNext(); ) {
        table.requireKnown(keys.next());
      }
      mirrors.add(table.host(address, ""));
    }
    return new Hosts(server, List.copyOf(mirrors));
  }

  /** An address for a message, without what may be a password. */
  private static String shown(String address) {
    return address.substring(address.lastIndexOf('@') + 1);
  }

  /** The settings of one host: those on top are the server's. */
  private final class Table {
    private final String name;
    private final JsonNode node;

    Table(String name, JsonNode node) {
      this.name = name;
      this.node = node;
    }

    void requireKnown(String key) throws RegistryException {
      if (!HOST_KEYS.contains(key)) {
        throw wrong(
            key,
            "is no setting that is understood here; name the registry in registries.toml, which"
                + " goes before this file");
      }
    }

    /** A host; an address without a scheme is one of https, or whatever a loopback host speaks. */
    Host host(String address, String key) throws RegistryException {
      boolean hasScheme = address.contains("://");
      URI uri;
      try {
        uri = new URI(hasScheme ? address : "https://" + address);
      } catch (URISyntaxException e) {
        throw wrong(key, "\"%s\" is no address".formatted(shown(address)));
      }
      boolean http = "http".equals(uri.getScheme());
      if (uri.getHost() == null || !(http || "https".equals(uri.getScheme()))) {
        throw wrong(key, "\"%s\" is no http or https address".formatted(shown(address)));
      }
      if (uri.getRawUserInfo() != null || uri.getRawQuery() != null) {
        throw wrong(key, "an address with a user or a query is not understood here");
      }
      String root = root(uri);
      boolean below = root.startsWith("/v2/");
      return new Host(
          Endpoint.apiHost(uri.getRawAuthority()),
          below ? "/v2/" : root,
          below ? root.substring(4) : "",
          access(http ? Scheme.HTTP : hasScheme ? Scheme.HTTPS : Scheme.USUAL),
          demands());
    }

    /** As containerd: {@code /v2} is added unless it is there, or the path is said to be whole. */
    private String root(URI uri) throws RegistryException {
      String path = uri.getRawPath();
      while (path.endsWith("/")) {
        path = path.substring(0, path.length() - 1);
      }
      boolean whole = flag("override_path") || path.endsWith("/v2");
      return path + (whole ? "/" : "/v2/");
    }

    private Endpoint.Access access(Scheme scheme) throws RegistryException {
      boolean skipVerify = flag("skip_verify");
      Endpoint.TlsFiles files = files();
      return scheme == Scheme.HTTP
          ? new Endpoint.Access(scheme, false, Endpoint.TlsFiles.NONE)
          : new Endpoint.Access(scheme, skipVerify, files);
    }

    private Endpoint.TlsFiles files() throws RegistryException {
      List<Path> authorities = new ArrayList<>();
      for (String name : texts(node.path("ca"), "ca")) {
        authorities.add(path(name));
      }
      JsonNode client = node.path("client");
      if (client.isMissingNode()) {
        return new Endpoint.TlsFiles(authorities, Optional.empty(), Optional.empty());
      }
      if (client.isArray() && client.size() > 1) {
        throw wrong(
            "client", "has %d certificates; only one can be shown here".formatted(client.size()));
      }
      // One file with both, or a pair; a list of one of them, too.
      List<String> pair = texts(client.isArray() ? client.path(0) : client, "client");
      if (pair.isEmpty() || pair.size() > 2) {
        throw wrong("client", "should be a file, or [[\"CERTIFICATE\", \"KEY\"]]");
      }
      return new Endpoint.TlsFiles(
          authorities,
          Optional.of(path(pair.get(0))),
          Optional.of(path(pair.get(pair.size() - 1))));
    }

    private Path path(String name) {
      return file.toAbsolutePath().resolveSibling(name);
    }

    private List<String> texts(JsonNode value, String key) throws RegistryException {
      List<String> texts = new ArrayList<>();
      for (JsonNode text : value.isTextual() ? List.of(value) : value) {
        if (!text.isTextual()) {
          throw wrong(key, "should be a text, or a list of texts");
        }
        texts.add(text.asText());
      }
      boolean other = !value.isMissingNode() && !value.isTextual() && !value.isArray();
      if (other) {
        throw wrong(key, "should be a text, or a list of texts");
      }
      return texts;
    }

    private Set<Demand> demands() throws RegistryException {
      Set<Demand> demands = EnumSet.noneOf(Demand.class);
      List<String> words = texts(node.path("capabilities"), "capabilities");
      for (String word : words) {
        switch (word) {
          case "pull" -> demands.add(Demand.PULL);
          case "resolve" -> demands.add(Demand.RESOLVE);
          case "push", "referrers" -> {
            // Pushes go to the registry itself; referrers are asked of any place.
          }
          default ->
              throw wrong(
                  "capabilities",
                  "has \"%s\"; there are pull, resolve, push and referrers".formatted(word));
        }
      }
      return words.isEmpty() ? EnumSet.allOf(Demand.class) : demands;
    }

    private boolean flag(String key) throws RegistryException {
      JsonNode value = node.path(key);
      if (!value.isMissingNode() && !value.isBoolean()) {
        throw wrong(key, "should be true or false");
      }
      return value.asBoolean();
    }

    RegistryException wrong(String key, String fault) {
      String table = name.isEmpty() ? "" : "[host.\"%s\"] ".formatted(shown(name));
      String setting = key.isEmpty() ? "" : key + " ";
      return new RegistryException(
          "%s:%d: %s%s%s".formatted(file, line(key), table, setting, fault), null);
    }

    /**
     * The line of a key, from 1: the parser keeps none. For what is written in an unusual way, such
     * as a table within braces, that of the table.
     */
    private int line(String key) {
      String[] lines = text.split("\n", -1);
      int found = 1;
      boolean inside = name.isEmpty();
      for (int i = 0; i < lines.length; i++) {
        String line = lines[i].strip();
        if (line.startsWith("[")) {
          inside = !name.isEmpty() && line.contains(name);
          found = inside ? i + 1 : found;
          if (inside && line.endsWith("." + key + "]")) {
            return i + 1;
          }
        } else if (inside && isSetting(line, key)) {
          return i + 1;
        }
      }
      return found;
    }

    private boolean isSetting(String line, String key) {
      return !key.isEmpty()
          && line.startsWith(key)
          && line.substring(key.length()).strip().startsWith("=");
    }
  }
}
