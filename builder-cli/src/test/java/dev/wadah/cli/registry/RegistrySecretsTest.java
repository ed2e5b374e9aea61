package dev.wadah.cli.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the program with {@code --debug} against a registry that repeats in its errors whatever it
 * is told, and searches all that is printed, logged, or handed to other programs for secrets.
 */
class RegistrySecretsTest {
  private static final String PASSWORD = "pa55-w0rd-of-ann";
  private static final String BASIC =
      Base64.getEncoder().encodeToString(("ann:" + PASSWORD).getBytes(UTF_8));
  private static final String TOKEN = "t0ken-that-the-server-gave";
  private static final String IDENTITY = "identity-t0ken-of-ann";
  private static final String[] SECRETS = {PASSWORD, BASIC, TOKEN, IDENTITY};

  @TempDir Path folder;
  private HttpServer server;
  private volatile boolean letsIn;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String host() {
    return "localhost:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange http) throws IOException {
    String authorization = String.valueOf(http.getRequestHeaders().getFirst("Authorization"));
    String form = new String(http.getRequestBody().readAllBytes(), UTF_8);
    boolean root = http.getRequestURI().getPath().equals("/v2/");
    int status = 401;
    String body = "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"%s and %s\"}]}";
    if (http.getRequestURI().getPath().equals("/token")) {
      status = 200;
      body = "{\"token\":\"" + TOKEN + "\"}";
    } else if (root && (letsIn && !authorization.equals("null"))) {
      status = 200;
      body = "{}";
    }
    http.getResponseHeaders().set("Content-Type", "application/json");
    if (status == 401) {
      http.getResponseHeaders()
          .set("WWW-Authenticate", "Bearer realm=\"http://%s/token\"".formatted(host()));
    }
    byte[] bytes = body.formatted(authorization, form).getBytes(UTF_8);
    http.sendResponseHeaders(status, bytes.length);
    http.getResponseBody().write(bytes);
    http.close();
  }

  /** What a run printed, and the words that /proc had of it. */
  private String run(String input, String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.wadah.cli.Main", "--debug"));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("DOCKER_CONFIG", folder.toString());
    builder.environment().put("WADAH_HOME", folder.resolve("store").toString());
    builder.environment().put("WADAH_DEBUG", "1");
    builder.environment().put("PATH", folder + ":" + System.getenv("PATH"));
    Process process = builder.start();
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    return output;
  }

  /** A helper that notes how it was called, by whom, and what it was told. */
  private void installHelper() throws IOException {
    Path helper = folder.resolve("docker-credential-noting");
    Files.writeString(
        helper,
        """
        #!/bin/sh
        echo "$*" >> %1$s/arguments
        tr '\\0' ' ' < /proc/$PPID/cmdline >> %1$s/arguments
        case $1 in
          store) cat > %1$s/stored ;;
          get) cat > /dev/null; echo '{"ServerURL":"x","Username":"<token>","Secret":"%2$s"}' ;;
          *) cat > /dev/null ;;
        esac
        """
            .formatted(folder, IDENTITY));
    Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void nothingShowsAPassword() throws Exception {
    assertThat(run(PASSWORD, "login", "-u", "ann", "--password-stdin", host()))
        .contains("gave 401: DENIED")
        .doesNotContain(SECRETS);
    letsIn = true;
    assertThat(run(PASSWORD, "login", "-u", "ann", "--password-stdin", host()))
        .contains("Login Succeeded", "stored unencrypted in '" + folder)
        .doesNotContain(SECRETS);
    // The file is where it belongs, for its owner's eyes only.
    Path config = folder.resolve("config.json");
    assertThat(Files.readString(config)).contains(BASIC);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(config)))
        .isEqualTo("rw-------");
    assertThat(run("", "login", host()))
        .contains("Authenticating with existing credentials... [user ann]", "Login Succeeded")
        .doesNotContain(SECRETS);
    assertThat(run("", "pull", host() + "/team/app:1"))
        .contains("gave 401: DENIED")
        .contains("***")
        .doesNotContain(SECRETS);
  }

  @Test
  void nothingShowsWhatAHelperGivesOrTakes() throws Exception {
    installHelper();
    Files.writeString(folder.resolve("config.json"), "{\"credsStore\":\"noting\"}");
    letsIn = true;
    assertThat(run(PASSWORD, "login", "-u", "ann", "--password-stdin", host()))
        .contains("Login Succeeded")
        .doesNotContain("WARNING")
        .doesNotContain(SECRETS);
    assertThat(Files.readString(folder.resolve("stored"))).contains(PASSWORD);
    assertThat(run("", "pull", host() + "/team/app:1"))
        .contains("gave 401: DENIED")
        .doesNotContain(SECRETS);
    assertThat(run("", "logout", host())).doesNotContain(SECRETS);
    assertThat(Files.readString(folder.resolve("arguments")))
        .contains("store", "get", "erase")
        .doesNotContain(SECRETS);
    assertThat(Files.readString(folder.resolve("config.json"))).doesNotContain(SECRETS);
  }
}
