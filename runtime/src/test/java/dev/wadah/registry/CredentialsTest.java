package dev.wadah.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where credentials are found, and in which order. */
class CredentialsTest {
  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void setUp() {
    environment.put("HOME", folder.resolve("home").toString());
    environment.put("PATH", folder + ":/usr/bin:/bin");
  }

  private static String file(String user) {
    return "{\"auths\":{\"r.example\":{\"username\":\"%s\",\"password\":\"x\"}}}".formatted(user);
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private String found(String host, String path) {
    return new Credentials(environment).find(host, path).map(Credential::user).orElse("nobody");
  }

  @Test
  void asksTheSourcesInTheirOrder() throws IOException {
    assertThat(found("r.example", "a")).isEqualTo("nobody");
    write("home/.config/containers/auth.json", file("podman-config"));
    assertThat(found("r.example", "a")).isEqualTo("podman-config");
    write("run/containers/auth.json", file("podman-runtime"));
    environment.put("XDG_RUNTIME_DIR", folder.resolve("run").toString());
    assertThat(found("r.example", "a")).isEqualTo("podman-runtime");
    write("home/.docker/config.json", file("docker-home"));
    assertThat(found("r.example", "a")).isEqualTo("docker-home");
    write("docker/config.json", file("docker-config"));
    environment.put("DOCKER_CONFIG", folder.resolve("docker").toString());
    assertThat(found("r.example", "a")).isEqualTo("docker-config");
    write("named.json", file("named"));
    environment.put("REGISTRY_AUTH_FILE", folder.resolve("named.json").toString());
    assertThat(found("r.example", "a")).isEqualTo("named");
    environment.put("DOCKER_AUTH_CONFIG", file("inline"));
    assertThat(found("r.example", "a")).isEqualTo("inline");
  }

  @ParameterizedTest(name = "{0}/{1}")
  @CsvSource({
    "r.example,   team/app/x, app",
    "r.example,   team/app,   app",
    "r.example,   team/apple, team",
    "r.example,   other,      host",
    "r.example:5, team/app,   nobody",
    "docker.io,   library/a,  hub",
  })
  void takesTheEntryOfTheLongestPath(String host, String path, String user) {
    String entry = "\"%s\":{\"username\":\"%s\",\"password\":\"x\"}";
    environment.put(
        "DOCKER_AUTH_CONFIG",
        "{\"auths\":{"
            + entry.formatted("r.example", "host")
            + ","
            + entry.formatted("r.example/team", "team")
            + ","
            + entry.formatted("https://r.example/team/app/", "app")
            + ","
            + entry.formatted("https://index.docker.io/v1/", "hub")
            + "}}");
    assertThat(found(host, path)).isEqualTo(user);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'auths': [{'auth': 's3cret'}]}"
            + "| 'auths' in FILE is a list; expected is an object such as {'registry.example':"
            + " {'auth': '...'}}",
        "{'auths': 's3cret'}"
            + "| 'auths' in FILE is a text; expected is an object such as {'registry.example':"
            + " {'auth': '...'}}",
        "{'auths': {'r.example': 's3cret'}}"
            + "| the entry of r.example in FILE is a text; expected is an object such as"
            + " {'auth': '...'}",
        "{'auths': {'https://ann:s3cret@r.example/v2/': 7}}"
            + "| the entry of r.example in FILE is a number; expected is an object such as"
            + " {'auth': '...'}",
        "{'auths': {'r.example': {'auth': ['s3cret', 's3cret']}}}"
            + "| 'auth' in the entry of r.example in FILE is a list; expected is the base64 of"
            + " USER:PASSWORD",
        "{'auths': {'r.example': {'username': true, 'password': 's3cret'}}}"
            + "| 'username' in the entry of r.example in FILE is true or false; expected is a text",
        "{'credHelpers': ['kit']}"
            + "| 'credHelpers' in FILE is a list; expected is an object such as"
            + " {'registry.example': 'NAME OF A HELPER'}",
        "{'credHelpers': {'r.example': {'name': 'kit'}}}"
            + "| the helper of r.example in FILE is an object; expected is the name of a helper"
            + " program",
        "{'credsStore': 5}"
            + "| 'credsStore' in FILE is a number; expected is the name of a helper program",
      })
  void namesWhatIsOfTheWrongShapeAndReadsTheRest(String json, String warning) throws IOException {
    String rest = "'auths': {'s.example': {'auth': 'YW5uOm9uZQ=='}}, 'credsStore': null}";
    write(
        "home/.docker/config.json",
        (json.substring(0, json.length() - 1) + ", " + rest).replace('\'', '"'));
    Credentials credentials = new Credentials(environment);
    assertThat(credentials.find("r.example", "a")).isEmpty();
    assertThat(credentials.find("s.example", "a").map(Credential::user)).contains("ann");
    assertThat(credentials.warnings())
        .containsExactly(
            warning
                .replace('\'', '"')
                .replace("FILE", folder.resolve("home/.docker/config.json").toString()));
  }

  private void helper(String name, String script) throws IOException {
    Path file = folder.resolve("docker-credential-" + name);
    Files.writeString(file, "#!/bin/sh\ncat > /dev/null\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "it fails       | echo s3cret; exit 3",
        "no JSON        | echo s3cret",
        "half a JSON    | echo '{\"Username\":\"s3cret'",
        "no user        | echo '{\"Secret\":\"s3cret\"}'",
        "it kills itself| kill -9 $$",
        "a list         | echo '[\"s3cret\"]'",
        "says nothing   | true",
      })
  void namesABrokenHelperAndAsksTheNextSource(String fault, String script) throws IOException {
    helper("broken", script);
    environment.put("DOCKER_AUTH_CONFIG", "{\"credHelpers\":{\"r.example\":\"broken\"}}");
    write("home/.docker/config.json", file("next"));
    Credentials credentials = new Credentials(environment);
    assertThat(credentials.find("r.example", "a").map(Credential::user)).as(fault).contains("next");
    assertThat(credentials.warnings())
        .singleElement()
        .asString()
        .contains("credential helper docker-credential-broken failed for r.example")
        .doesNotContain("s3cret");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "it hangs          | sleep 100                       | did not answer within 1 s",
        "a child of it does| sleep 100; echo                 | did not answer within 1 s",
      })
  void endsAHelperThatDoesNotEnd(String fault, String script, String message) throws IOException {
    helper("broken", script + " # " + folder);
    HelperPrograms programs = new HelperPrograms(environment, Duration.ofSeconds(1));
    assertThatThrownBy(() -> CredentialHelpers.ask("broken", "r.example", programs))
        .as(fault)
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("credential helper docker-credential-broken " + message)
        .hasMessageNotContaining("s3cret");
    // A process that was killed is gone once it has been given a processor again.
    assertThat(
            ProcessHandle.current()
                .descendants()
                .filter(p -> p.info().commandLine().orElse("").contains("sleep 100")))
        .allSatisfy(p -> assertThat(p.onExit()).succeedsWithin(Duration.ofSeconds(20)));
  }

  @Test
  void endsAtOnceWhenItIsInterruptedWhileAHelperHangs() throws IOException {
    helper("broken", "echo > " + folder + "/asked; sleep 100");
    environment.put("DOCKER_AUTH_CONFIG", "{\"credsStore\":\"broken\"}");
    Thread test = Thread.currentThread();
    try (ScriptedServer server =
        new ScriptedServer(
            (http, count) -> {
              http.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
              http.sendResponseHeaders(401, -1);
            })) {
      HttpRegistry registry = new HttpRegistry(environment, RegistryContract.QUICK);
      Thread canceller =
          new Thread(
              () -> {
                while (!Files.exists(folder.resolve("asked"))) {
                  LockSupport.parkNanos(5_000_000);
                }
                test.interrupt();
              });
      canceller.setDaemon(true);
      canceller.start();
      ImageReference name = ImageReference.parse(server.host() + "/team/app:1");
      assertThatThrownBy(() -> registry.manifest(name)).isInstanceOf(InterruptedIOException.class);
      Logins logins = new Logins(environment, RegistryContract.QUICK);
      write("home/.docker/config.json", "{\"credsStore\":\"broken\"}");
      assertThatThrownBy(() -> logins.logout("r.example"))
          .as("still interrupted")
          .isInstanceOf(InterruptedIOException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void tellsAHelperThatFailedFromOneThatIsNotThere() throws IOException {
    helper("broken", "echo s3cret; exit 3");
    HelperPrograms programs = new HelperPrograms(environment, Duration.ofSeconds(20));
    assertThatThrownBy(() -> CredentialHelpers.ask("broken", "r.example", programs))
        .hasMessage(
            "credential helper docker-credential-broken failed for r.example;"
                + " see why by: echo r.example | docker-credential-broken get");
    Files.writeString(folder.resolve("docker-credential-broken"), "#!/no/such/shell");
    assertThatThrownBy(() -> CredentialHelpers.ask("broken", "r.example", programs))
        .hasMessage("credential helper docker-credential-broken cannot be started");
    assertThatThrownBy(() -> CredentialHelpers.ask("none", "r.example", programs))
        .hasMessage("credential helper docker-credential-none is not installed");
  }

  @Test
  void asksTheStoreOfAllHostsAtLast() throws IOException {
    helper("all", "echo '{\"ServerURL\":\"x\",\"Username\":\"<token>\",\"Secret\":\"t\"}'");
    environment.put("DOCKER_AUTH_CONFIG", "{\"credsStore\":\"all\"}");
    assertThat(new Credentials(environment).find("r.example", "a"))
        .contains(Credential.ofIdentityToken("t"));
  }

  @Test
  void asksTheHelperOfThePath() throws IOException {
    helper("team", "echo '{\"ServerURL\":\"x\",\"Username\":\"team\",\"Secret\":\"t\"}'");
    environment.put(
        "DOCKER_AUTH_CONFIG", "{\"credHelpers\":{\"https://r.example/team\":\"team\"}}");
    assertThat(found("r.example", "team/app")).isEqualTo("team");
    assertThat(found("r.example", "other")).isEqualTo("nobody");
  }

  @Test
  void goesOnBehindAFileThatIsBroken() throws IOException {
    write("docker/config.json", "{\"auths\":{\"r.example\":{\"auth\":\"c2VjcmV0");
    environment.put("DOCKER_CONFIG", folder.resolve("docker").toString());
    write("home/.config/containers/auth.json", file("podman-config"));
    Credentials credentials = new Credentials(environment);
    assertThat(credentials.find("r.example", "a").map(Credential::user)).contains("podman-config");
    assertThat(credentials.warnings())
        .singleElement()
        .asString()
        .contains("docker/config.json is no valid JSON")
        .doesNotContain("c2VjcmV0");
  }
}
