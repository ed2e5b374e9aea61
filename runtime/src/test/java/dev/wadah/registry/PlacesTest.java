package dev.wadah.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where {@code registries.toml} sends us: prefixes, locations, mirrors; and what it may say. */
class PlacesTest {
  private static final String SETTINGS =
      """
      [[registry]]
      prefix = "docker.io"
        [[registry.mirror]]
        location = "mirror.example/hub"
        [[registry.mirror]]
        location = "10.0.0.5:5000"
        http = true
      [[registry]]
      prefix = "old.example/team"
      location = "new.example/moved/team"
      [[registry]]
      prefix = "old.example/team/special"
      location = "special.example:444/it"
      [[registry]]
      location = "plain.example:5000"
      http = true
      [[registry]]
      location = "unverified.example"
      skip-verify = true
      """;

  @TempDir Path folder;

  private Map<String, String> environment(String settings) throws IOException {
    Path file = folder.resolve("registries.toml");
    Files.writeString(file, settings);
    return Map.of("HOME", folder.toString(), "WADAH_REGISTRIES", file.toString());
  }

  private static String text(Endpoint endpoint) {
    return endpoint.host()
        + "/"
        + endpoint.path()
        + (endpoint.access().plainHttp() ? " http" : "")
        + (endpoint.access().skipVerify() ? " unverified" : "");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "busybox, mirror.example/hub/library/busybox + 10.0.0.5:5000/library/busybox http + registry-1.docker.io/library/busybox",
    "old.example/team/app,           new.example/moved/team/app",
    "old.example/team/special,       special.example:444/it",
    "old.example/team/special/a/b,   special.example:444/it/a/b",
    "old.example/teams/app,          old.example/teams/app",
    "old.example/app,                old.example/app",
    "plain.example:5000/app,         plain.example:5000/app http",
    "plain.example/app,              plain.example/app",
    "unverified.example/app,         unverified.example/app unverified",
    "ghcr.io/a/b,                    ghcr.io/a/b",
  })
  void asksWhereTheLongestPrefixSays(String name, String expected) throws IOException {
    Places places = new Places(environment(SETTINGS));
    ImageReference reference = ImageReference.parse(name);
    assertThat(
            String.join(
                " + ",
                places.pullFrom(reference, Demand.PULL).stream().map(PlacesTest::text).toList()))
        .isEqualTo(expected);
    String home = expected.substring(expected.lastIndexOf("+ ") + 1).strip();
    assertThat(text(places.home(reference))).isEqualTo(home);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "no TOML | [[registry;x | registries.toml:1: ",
        "a key that is none | location='a';skip-verfy=true | \"a\" has \"skip-verfy\", which is no setting",
        "a key on top | location='a';[defaults] | the file has \"defaults\"",
        "a text for a flag | location='a';http='yes' | http should be true or false",
        "a flag for a text | location=true | location should be a text",
        "neither place | http=true | neither a prefix nor a location",
        "an address | location='https://a' | write it without \"https://\"",
        "a pattern | prefix='*.example';location='a' | there are no patterns",
        "a path alone | location='/a' | which is no host with a path",
        "both ways | location='a';http=true;skip-verify=true | nothing to verify with http",
        "a mirror of nothing | location='a';[[registry.mirror]];http=true | a mirror of \"a\" has no location",
      })
  void refusesSettingsThatAreNone(String fault, String lines, String message) throws IOException {
    String start = fault.equals("no TOML") ? "" : "[[registry]]\n";
    String settings = start + lines.replace(';', '\n');
    Places places = new Places(environment(settings));
    assertThatThrownBy(() -> places.home(ImageReference.parse("a/b")))
        .as(settings)
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("registries.toml")
        .hasMessageContaining(message);
  }

  @Test
  void refusesAHostInThePlaceOfAWholeRepository() throws IOException {
    Places places =
        new Places(environment("[[registry]]\nprefix='a.example/b'\nlocation='c.example'"));
    assertThatThrownBy(() -> places.home(ImageReference.parse("a.example/b:1")))
        .hasMessageContaining("stands for the whole repository \"a.example/b\"");
  }

  @Test
  void saysThatTheNamedFileIsMissing() {
    Places places = new Places(Map.of("HOME", "/none", "WADAH_REGISTRIES", "/none/r.toml"));
    assertThatThrownBy(() -> places.home(ImageReference.parse("busybox")))
        .hasMessage("WADAH_REGISTRIES names /none/r.toml, no file");
  }

  private static void serve(HttpExchange http, int count) throws IOException {
    String path = http.getRequestURI().getPath();
    if (path.contains("/manifests/") && http.getRequestMethod().equals("HEAD")) {
      http.getResponseHeaders().set("Content-Type", MediaTypes.OCI_MANIFEST);
      http.sendResponseHeaders(200, -1);
    } else if (path.contains("/manifests/")) {
      ScriptedServer.reply(http, 200, MediaTypes.OCI_MANIFEST, Samples.MANIFEST);
    } else if (http.getRequestMethod().equals("GET")) {
      serveBlob(http);
    } else if (http.getRequestMethod().equals("HEAD")) {
      http.sendResponseHeaders(404, -1);
    } else {
      http.getResponseHeaders().set("Location", "/v2/app/blobs/uploads/1");
      http.sendResponseHeaders(http.getRequestMethod().equals("POST") ? 202 : 201, -1);
    }
  }

  private static void serveBlob(HttpExchange http) throws IOException {
    String range = http.getRequestHeaders().getFirst("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
    int size = Samples.BLOB.length;
    http.getResponseHeaders()
        .set("Content-Range", "bytes %d-%d/%d".formatted(from, size - 1, size));
    http.sendResponseHeaders(from == 0 ? 200 : 206, size - from);
    http.getResponseBody().write(Samples.BLOB, from, size - from);
  }

  private HttpRegistry mirrored(ScriptedServer home, String mirror) throws IOException {
    return new HttpRegistry(
        environment(
            "[[registry]]\nlocation='%s'\n[[registry.mirror]]\nlocation='%s/cache'\nhttp=true"
                .formatted(home.host(), mirror)),
        RegistryContract.QUICK);
  }

  @Test
  void takesWhatAMirrorGivesAndPushesToTheRegistry() throws IOException {
    try (ScriptedServer home = new ScriptedServer(PlacesTest::serve);
        ScriptedServer mirror = new ScriptedServer(PlacesTest::serve)) {
      HttpRegistry registry = mirrored(home, mirror.host());
      ImageReference name = ImageReference.parse(home.host() + "/app:1");
      registry.manifest(name);
      assertThat(mirror.requests()).anyMatch(r -> r.path().equals("/v2/cache/app/manifests/1"));
      assertThat(home.requests()).isEmpty();
      registry.pushBlob(
          name, Samples.DESCRIPTOR, Optional.empty(), () -> new ByteArrayInputStream(Samples.BLOB));
      assertThat(home.requests()).anyMatch(r -> r.method().equals("PUT"));
      assertThat(mirror.requests()).allMatch(r -> r.method().equals("GET"));
    }
  }

  @Test
  void passesAMirrorOverThatIsNotThereOrHasNothing() throws IOException {
    try (ScriptedServer home = new ScriptedServer(PlacesTest::serve);
        ScriptedServer empty =
            new ScriptedServer((http, count) -> http.sendResponseHeaders(404, -1))) {
      ImageReference name = ImageReference.parse(home.host() + "/app:1");
      assertThat(mirrored(home, "127.0.0.1:1").manifest(name).bytes()).isEqualTo(Samples.MANIFEST);
      assertThat(mirrored(home, empty.host()).manifest(name).bytes()).isEqualTo(Samples.MANIFEST);
      assertThat(mirrored(home, empty.host()).head(name)).isPresent();
    }
  }

  @Test
  void tellsWhatTheMirrorSaidWhenTheRegistryFailsToo() throws IOException {
    try (ScriptedServer home =
        new ScriptedServer((http, count) -> http.sendResponseHeaders(404, -1))) {
      ImageReference name = ImageReference.parse(home.host() + "/app:1");
      HttpRegistry registry = mirrored(home, "127.0.0.1:1");
      assertThatThrownBy(() -> registry.manifest(name))
          .hasMessageContaining("GET http://%s/v2/app/manifests/1 gave 404".formatted(home.host()))
          .hasMessageContaining("the mirror before it: registry 127.0.0.1:1: connection refused");
    }
  }

  /** Sends a third of the blob, then hangs up; after that it is not well at all. */
  private static void breakDown(HttpExchange http, int count) throws IOException {
    if (count == 0) {
      http.sendResponseHeaders(200, Samples.BLOB.length);
      http.getResponseBody().write(Samples.BLOB, 0, 100_000);
      http.getResponseBody().flush();
      // Closing at once may reset the connection and take along what the client has not read.
      pause(Duration.ofMillis(300));
      http.close();
    } else {
      http.sendResponseHeaders(500, -1);
    }
  }

  private static void pause(Duration time) throws IOException {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      throw new java.io.InterruptedIOException();
    }
  }

  @Test
  void goesOnAtTheRegistryWhenAMirrorBreaksInTheMiddle() throws IOException {
    try (ScriptedServer home = new ScriptedServer(PlacesTest::serve);
        ScriptedServer mirror = new ScriptedServer(PlacesTest::breakDown)) {
      ImageReference name = ImageReference.parse(home.host() + "/app:1");
      try (InputStream in = mirrored(home, mirror.host()).blob(name, Samples.DESCRIPTOR)) {
        assertThat(Digest.of(in.readAllBytes())).isEqualTo(Samples.DESCRIPTOR.digest());
      }
      assertThat(home.requests()).anyMatch(r -> r.range().startsWith("bytes="));
    }
  }
}
