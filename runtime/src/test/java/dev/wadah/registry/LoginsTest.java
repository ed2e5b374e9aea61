package dev.wadah.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** login and logout, and where credentials are found. */
class LoginsTest {
  @TempDir Path folder;

  private Map<String, String> environment() {
    return Map.of(
        "HOME", folder.toString(), "DOCKER_CONFIG", folder.toString(), "PATH", "/usr/bin:/bin");
  }

  private Logins logins() {
    return new Logins(environment(), RegistryContract.QUICK);
  }

  private static void wantsAnn(HttpExchange http, int count) throws IOException {
    String expected = Credential.ofPassword("ann", "s3cret").basic();
    if (expected.equals(http.getRequestHeaders().getFirst("Authorization"))) {
      ScriptedServer.reply(http, 200, "application/json", "{}".getBytes(UTF_8));
    } else {
      http.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
      ScriptedServer.reply(
          http,
          401,
          "application/json",
          "{\"errors\":[{\"code\":\"UNAUTHORIZED\"}]}".getBytes(UTF_8));
    }
  }

  @Test
  void keepsACredentialThatTheRegistryTakes() throws IOException {
    Files.writeString(
        folder.resolve("config.json"), "{\"detachKeys\":\"ctrl-x\",\"auths\":{\"other\":{}}}");
    try (ScriptedServer server = new ScriptedServer(LoginsTest::wantsAnn)) {
      Path config = folder.resolve("config.json");
      Optional<Path> where = logins().login(server.host(), Credential.ofPassword("ann", "s3cret"));
      assertThat(where).contains(config);
      assertThat(logins().known(server.host())).contains(Credential.ofPassword("ann", "s3cret"));
      assertThat(Files.readString(config))
          .contains("\"detachKeys\" : \"ctrl-x\"")
          .contains("\"other\"")
          .contains("\"" + server.host() + "\"")
          .doesNotContain("s3cret");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(config)))
          .isEqualTo("rw-------");
      Optional<Credential> found = new Credentials(environment()).find(server.host(), "team/app");
      assertThat(found).contains(Credential.ofPassword("ann", "s3cret"));

      assertThat(logins().logout(server.host())).isTrue();
      assertThat(logins().logout(server.host())).isFalse();
      assertThat(new Credentials(environment()).find(server.host(), "team/app")).isEmpty();
    }
  }

  @Test
  void keepsNothingThatTheRegistryRefuses() throws IOException {
    try (ScriptedServer server = new ScriptedServer(LoginsTest::wantsAnn)) {
      assertThatThrownBy(() -> logins().login(server.host(), Credential.ofPassword("bob", "wr0ng")))
          .isInstanceOf(RegistryException.class)
          .hasMessageStartingWith(
              "cannot log in to %s: the credentials are refused: GET http://%s/v2/ gave 401: UNAUTHORIZED",
              server.host(), server.host())
          .hasMessageNotContaining("wr0ng");
      assertThat(folder.resolve("config.json")).doesNotExist();
    }
  }

  @Test
  void writesTheFileThatIsReadFirst() throws IOException {
    Path named = folder.resolve("podman/auth.json");
    Map<String, String> environment = new HashMap<>(environment());
    environment.put("REGISTRY_AUTH_FILE", named.toString());
    Files.writeString(folder.resolve("config.json"), "{\"credsStore\":\"none\"}");
    try (ScriptedServer server = new ScriptedServer(LoginsTest::wantsAnn)) {
      Logins logins = new Logins(environment, RegistryContract.QUICK);
      assertThat(logins.login(server.host(), Credential.ofPassword("ann", "s3cret")))
          .contains(named);
      assertThat(new Credentials(environment).find(server.host(), "x").map(Credential::user))
          .contains("ann");
      assertThat(logins.logout(server.host())).isTrue();
      assertThat(new Credentials(environment).find(server.host(), "x")).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "registry.example, registry.example",
    "https://registry.example:5000/v2/, registry.example:5000",
    "http://localhost:5000, localhost:5000",
    "box, box",
    "docker.io, docker.io",
    "https://index.docker.io/v1/, docker.io",
    "registry.example/team, registry.example",
  })
  void readsAHostAsDockerDoes(String address, String host) {
    assertThat(Logins.host(address)).isEqualTo(host);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no such", "https://", "a:b:c", "host:port", "-x", "a@b", "a?b"})
  void refusesWhatIsNoHost(String address) {
    assertThatThrownBy(() -> Logins.host(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"%s\" is no registry's host", address);
  }

  @Test
  void tellsOfAStoreThatEndsWithoutListening() throws IOException {
    Path helper = folder.resolve("docker-credential-kit");
    Files.writeString(helper, "#!/bin/sh\nexec <&-\nexit 7\n");
    Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path config = Files.writeString(folder.resolve("config.json"), "{\"credsStore\": \"kit\"}");
    Map<String, String> environment =
        Map.of("DOCKER_CONFIG", folder.toString(), "PATH", folder + ":/usr/bin:/bin");
    Logins logins = new Logins(environment, RegistryContract.QUICK);
    assertThatThrownBy(() -> logins.logout("r.example"))
        .isInstanceOf(RegistryException.class)
        .hasMessage(
            "credential helper docker-credential-kit, which %s names, failed to erase the"
                + " credential: exit code 7",
            config);
  }

  @Test
  void asksHelperProgramsAndGoesOnWhenOneIsBroken() throws IOException {
    Path helper = folder.resolve("docker-credential-kit");
    Files.writeString(
        helper,
        """
        #!/bin/sh
        read server
        case "$server" in
          a.example) echo '{"ServerURL":"a.example","Username":"ann","Secret":"one"}' ;;
          *) echo "credentials not found in native keychain"; exit 1 ;;
        esac
        """);
    Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
    String name = "kit";
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"credHelpers": {"a.example": "%s", "b.example": "missing"},
         "auths": {"b.example": {"auth": "Ym9iOnR3bw=="}}}
        """
            .formatted(name));
    Map<String, String> environment =
        Map.of(
            "HOME", folder.toString(),
            "DOCKER_CONFIG", folder.toString(),
            "PATH", folder + ":/usr/bin:/bin");
    Credentials credentials = new Credentials(environment);
    assertThat(credentials.find("a.example", "x")).contains(Credential.ofPassword("ann", "one"));
    assertThat(credentials.warnings()).isEmpty();
    assertThat(credentials.find("b.example", "x")).contains(Credential.ofPassword("bob", "two"));
    assertThat(credentials.warnings())
        .containsExactly("credential helper docker-credential-missing is not installed");
  }

  @Test
  void takesTheEntryOfTheLongestPath() {
    String config =
        """
        {"auths": {"r.example": {"auth": "YTph"}, "r.example/team": {"auth": "Yjpi"},
         "https://index.docker.io/v1/": {"identitytoken": "tok"}}}
        """;
    Credentials credentials =
        new Credentials(Map.of("HOME", folder.toString(), "DOCKER_AUTH_CONFIG", config));
    assertThat(credentials.find("r.example", "team/app").map(Credential::user)).contains("b");
    assertThat(credentials.find("r.example", "teams/app").map(Credential::user)).contains("a");
    assertThat(credentials.find("docker.io", "library/busybox"))
        .contains(Credential.ofIdentityToken("tok"));
    assertThat(credentials.find("s.example", "x")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"auths", "credHelpers"})
  void writesNothingOverAFileOfAnotherShape(String name) throws IOException {
    Path file = folder.resolve("config.json");
    String text = "{\"%s\": [{\"auth\": \"c2VjcmV0\"}]}".formatted(name);
    Files.writeString(file, text);
    assertThatThrownBy(() -> logins().logout("r.example"))
        .isInstanceOf(RegistryException.class)
        .hasMessage(
            "\"%s\" in %s is no JSON object; repair it before logging in or out"
                .formatted(name, file));
    try (ScriptedServer server = new ScriptedServer(LoginsTest::wantsAnn)) {
      assertThatThrownBy(
              () -> logins().login(server.host(), Credential.ofPassword("ann", "s3cret")))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("is no JSON object");
    }
    assertThat(file).hasContent(text);
  }

  @Test
  void namesAFileThatIsBrokenAndShowsNothingOfIt() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"auths\": {\"x\": \"c2VjcmV0");
    Credentials credentials = new Credentials(environment());
    assertThat(credentials.find("x", "y")).isEmpty();
    assertThat(credentials.warnings())
        .singleElement()
        .asString()
        .contains("config.json is no valid JSON (line 1)")
        .doesNotContain("c2VjcmV0");
  }

  @Test
  void namesAMalformedEntryAndAFileThatIsNotThere() {
    Map<String, String> environment =
        Map.of(
            "HOME",
            folder.toString(),
            "REGISTRY_AUTH_FILE",
            folder + "/missing.json",
            "DOCKER_AUTH_CONFIG",
            "{\"auths\": {\"https://x.example/v1/\": {\"auth\": \"s3cret%\"}, \"y.example\": {}}}");
    Credentials credentials = new Credentials(environment);
    assertThat(credentials.find("x.example", "a")).isEmpty();
    assertThat(credentials.warnings())
        .containsExactly(
            "the entry of x.example in DOCKER_AUTH_CONFIG is malformed",
            "REGISTRY_AUTH_FILE names %s/missing.json, which does not exist".formatted(folder));
  }

  @Test
  void printsNoSecret() {
    assertThat(Credential.ofPassword("ann", "s3cret")).hasToString("user ann");
    assertThat(Credential.ofIdentityToken("s3cret")).hasToString("an identity token");
  }
}
