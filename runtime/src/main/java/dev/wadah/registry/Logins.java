package dev.wadah.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * Logs in and out as docker does: credentials go to the host's helper program or the store of all
 * hosts where docker's {@code config.json} names one, else into that file; where {@code
 * $REGISTRY_AUTH_FILE} names another, as for podman, that one takes its place.
 */
public final class Logins {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Map<String, String> environment;
  private final RetryPolicy retries;

  public Logins(Map<String, String> environment, RetryPolicy retries) {
    this.environment = Map.copyOf(environment);
    this.retries = retries;
  }

  /**
   * The host of a registry's address, as docker reads it: {@code https://host/v2/} is {@code host}.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static String host(String address) {
    String text = address;
    int scheme = text.indexOf("://");
    if (scheme >= 0) {
      text = text.substring(scheme + 3);
    }
    int path = text.indexOf('/');
    String host = path < 0 ? text : text.substring(0, path);
    if (host.equals("index.docker.io")) {
      return ImageReference.DEFAULT_DOMAIN;
    }
    // A name with a host of one word is read as one of docker.io; what is meant here is the host.
    String inName = host.indexOf(':') < 0 && host.indexOf('.') < 0 ? host + ":443" : host;
    try {
      ImageReference.parse(inName + "/repository");
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("\"%s\" is no registry's host".formatted(address), e);
    }
    return host;
  }

  /** What is known of a host already. */
  public Optional<Credential> known(String host) {
    return new Credentials(environment).find(host, "");
  }

  /**
   * Checks a credential with its registry, and keeps it.
   *
   * @param host as in a reference, such as docker.io
   * @return the file in which it is now, for who can read it; empty when a helper program has it
   * @throws RegistryException if the registry does not take it, or it cannot be kept
   */
  public Optional<Path> login(String host, Credential credential) throws IOException {
    Credentials only = Credentials.of(host, credential);
    new HttpRegistry(environment, Optional.of(only), retries).ping(host);
    ObjectNode config = read();
    String key = key(host);
    Optional<String> helper = helper(config, host);
    if (helper.isPresent()) {
      run(helper.get(), "store", helperMessage(key, credential));
      return Optional.empty();
    }
    ObjectNode entry = config.withObject("/auths").putObject(key);
    if (credential.identityToken()) {
      entry.put("auth", base64("00000000-0000-0000-0000-000000000000:"));
      entry.put("identitytoken", credential.secret());
    } else {
      entry.put("auth", base64(credential.user() + ":" + credential.secret()));
    }
    write(config);
    return Optional.of(file());
  }

  /**
   * Forgets the credential of a host.
   *
   * @return whether the file had one; a helper program does not tell
   */
  public boolean logout(String host) throws IOException {
    ObjectNode config = read();
    Optional<String> helper = helper(config, host);
    if (helper.isPresent()) {
      run(helper.get(), "erase", key(host));
    }
    JsonNode auths = config.path("auths");
    boolean had = false;
    if (auths instanceof ObjectNode entries) {
      had = entries.remove(key(host)) != null;
      had |= entries.remove(host) != null;
    }
    if (had) {
      write(config);
    }
    return had || helper.isPresent();
  }

  private static String key(String host) {
    return host.equals("docker.io") ? "https://index.docker.io/v1/" : host;
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<String> helper(ObjectNode config, String host) {
    String own = config.path("credHelpers").path(host).asText("");
    String store = own.isEmpty() ? config.path("credsStore").asText("") : own;
    return store.isEmpty() ? Optional.empty() : Optional.of(store);
  }

  private static String helperMessage(String key, Credential credential) {
    ObjectNode message = MAPPER.createObjectNode();
    message.put("ServerURL", key);
    message.put("Username", credential.identityToken() ? "<token>" : credential.user());
    message.put("Secret", credential.secret());
    return message.toString();
  }

  private void run(String helper, String verb, String input) throws IOException {
    String program = "docker-credential-" + helper;
    int code;
    try {
      code = new HelperPrograms(environment, HelperPrograms.PATIENCE).run(program, verb, input);
    } catch (RegistryException e) {
      HelperPrograms.requireNotInterrupted();
      throw new RegistryException("%s; %s names it".formatted(e.getMessage(), file()), e);
    }
    if (code != 0) {
      throw new RegistryException(
          "credential helper %s, which %s names, failed to %s the credential: exit code %d"
              .formatted(program, file(), verb, code),
          null);
    }
  }

  /** Of the files that credentials are read from, the first: what is written there holds. */
  private Path file() {
    return Credentials.places(environment).get(0);
  }

  private ObjectNode read() throws IOException {
    if (!Files.exists(file())) {
      return MAPPER.createObjectNode();
    }
    try {
      if (MAPPER.readTree(Files.readAllBytes(file())) instanceof ObjectNode config) {
        requireObject(config, "auths");
        requireObject(config, "credHelpers");
        return config;
      }
    } catch (JsonProcessingException e) {
      // Told below, without the file's content.
    }
    throw new RegistryException(
        file() + " holds no JSON object; repair it before logging in or out", null);
  }

  /** Nothing is written over what somebody meant to be credentials. */
  private void requireObject(ObjectNode config, String name) throws RegistryException {
    JsonNode value = config.path(name);
    if (!value.isMissingNode() && !value.isNull() && !value.isObject()) {
      throw new RegistryException(
          "\"%s\" in %s is no JSON object; repair it before logging in or out"
              .formatted(name, file()),
          null);
    }
  }

  /** Replaces the file, or what it is a link to, readable for its owner only. */
  private void write(ObjectNode config) throws IOException {
    Path target = Files.exists(file()) ? file().toRealPath() : file();
    Files.createDirectories(target.toAbsolutePath().getParent());
    FileAttribute<?> mode =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Path draft =
        Files.createTempFile(target.toAbsolutePath().getParent(), "config.json", ".tmp", mode);
    try {
      DefaultPrettyPrinter printer =
          new DefaultPrettyPrinter()
              .withObjectIndenter(new DefaultIndenter("\t", "\n"))
              .withArrayIndenter(new DefaultIndenter("\t", "\n"));
      Files.write(draft, MAPPER.writer(printer).writeValueAsBytes(config));
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}
