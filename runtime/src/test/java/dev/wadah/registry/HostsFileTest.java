package dev.wadah.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where containerd's {@code hosts.toml} sends us, and what is refused of it. */
class HostsFileTest {
  private static final String HUB =
      """
      server = "https://docker.io"

      [host."https://mirror.example:8443/hub"]
        capabilities = ["pull", "resolve"]
        skip_verify = true
      [host."http://10.0.0.5:5000"]
        capabilities = ["pull", "push"]
        dial_timeout = "5s"
      [host."https://harbor.example/v2/cache"]
        override_path = true
      [host."https://odd.example/registry/api/"]
        override_path = true
      [host."plain.example/v2"]
      """;

  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();

  private Path write(String place, String text) throws IOException {
    environment.put("HOME", folder.toString());
    Path file = folder.resolve(".config").resolve(place).resolve("hosts.toml");
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private List<String> addresses(String name, Demand demand) throws IOException {
    List<String> addresses = new ArrayList<>();
    for (Endpoint place : new Places(environment).pullFrom(ImageReference.parse(name), demand)) {
      String scheme = place.access().scheme().toString().toLowerCase(java.util.Locale.ROOT);
      addresses.add(place.uri(scheme, "") + (place.access().skipVerify() ? " unverified" : ""));
    }
    return addresses;
  }

  @Test
  void namesMirrorsInTheirOrderAndTheRegistryLast() throws IOException {
    write("containerd/certs.d/docker.io", HUB);
    assertThat(addresses("busybox", Demand.PULL))
        .containsExactly(
            "https://mirror.example:8443/hub/v2/library/busybox unverified",
            "http://10.0.0.5:5000/v2/library/busybox",
            "https://harbor.example/v2/cache/library/busybox",
            "https://odd.example/registry/api/library/busybox",
            "usual://plain.example/v2/library/busybox",
            "https://registry-1.docker.io/v2/library/busybox");
    assertThat(addresses("busybox", Demand.RESOLVE))
        .hasSize(5)
        .doesNotContain("http://10.0.0.5:5000/v2/library/busybox");
    Endpoint harbor =
        new Places(environment).pullFrom(ImageReference.parse("busybox"), Demand.PULL).get(2);
    assertThat(harbor.path()).as("what a token is asked for").isEqualTo("cache/library/busybox");
    assertThat(addresses("ghcr.io/a/b", Demand.PULL)).containsExactly("usual://ghcr.io/v2/a/b");
  }

  @ParameterizedTest
  @CsvSource({
    "docker/certs.d/r.example:5000",
    "containers/certs.d/r.example:5000",
    "containerd/certs.d/r.example_5000_",
  })
  void isFoundInEachFolder(String place) throws IOException {
    write(place, "server = 'http://other.example'");
    assertThat(addresses("r.example:5000/app", Demand.PULL))
        .containsExactly("http://other.example/v2/app");
  }

  @Test
  void comesAfterOurOwnSettings() throws IOException {
    write("docker/certs.d/r.example", "this is no TOML");
    Path own = folder.resolve("registries.toml");
    Files.writeString(own, "[[registry]]\nlocation = 'r.example'\nhttp = true\n");
    environment.put("WADAH_REGISTRIES", own.toString());
    assertThat(addresses("r.example/app", Demand.PULL)).containsExactly("http://r.example/v2/app");
  }

  @Test
  void namesFilesBesideIt() throws IOException {
    Path file =
        write(
            "docker/certs.d/r.example",
            """
            ca = "ca.pem"
            [host."https://m.example"]
            ca = ["one.pem", "/two.pem"]
            client = [["me.cert", "me.key"]]
            [host."https://n.example"]
            client = "both.pem"
            """);
    List<Endpoint> places =
        new Places(environment).pullFrom(ImageReference.parse("r.example/app"), Demand.PULL);
    Endpoint.TlsFiles first = places.get(0).access().tls();
    assertThat(first.authorities())
        .containsExactly(file.resolveSibling("one.pem"), Path.of("/two.pem"));
    assertThat(first.clientCert()).contains(file.resolveSibling("me.cert"));
    assertThat(first.clientKey()).contains(file.resolveSibling("me.key"));
    Endpoint.TlsFiles second = places.get(1).access().tls();
    assertThat(second.clientCert()).contains(file.resolveSibling("both.pem"));
    assertThat(second.clientKey()).contains(file.resolveSibling("both.pem"));
    assertThat(places.get(2).access().tls().authorities())
        .containsExactly(file.resolveSibling("ca.pem"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "no TOML | server = 'a';[host | :2: ",
        "a key that is none | server = 'a';skip_verfy = true | :2: skip_verfy is no setting",
        "headers | server = 'a';[host.'b'];capabilities = ['pull'];[host.'b'.header];x = 'y' | :4: [host.\"b\"] header is no setting",
        "a capability | [host.'b'];capabilities = ['pull', 'pul'] | :2: [host.\"b\"] capabilities has \"pul\"",
        "a list of others | [host.'c'];[host.'b'];ca = [1] | :3: [host.\"b\"] ca should be a text, or a list of texts",
        "a number for texts | capabilities = ['pull'];ca = 1 | :2: ca should be a text, or a list of texts",
        "a text for a flag | [host.'b'];skip_verify = 'yes' | :2: [host.\"b\"] skip_verify should be true or false",
        "a flag for the server | server = true | :1: server should be a text",
        "another scheme | server = 'ftp://a' | :1: server \"ftp://a\" is no http or https address",
        "no address | [host.'a b'] | :1: [host.\"a b\"] \"a b\" is no address",
        "a password | [host.'https://ann:s3cret@b'] | :1: [host.\"b\"] an address with a user or a query is not understood",
        "a password elsewhere | server = 'ftp://ann:s3cret@b' | :1: server \"b\" is no http or https address",
        "a text for hosts | host = 'a' | :1: host should be tables",
        "two clients | client = ['a', 'b'] | :1: client has 2 certificates; only one can be shown",
        "no client | client = [] | :1: client should be a file, or [[\"CERTIFICATE\", \"KEY\"]]",
        "within braces | #;[host];'b' = {ca = 1} | ca should be a text, or a list of texts",
      })
  void refusesWhatItDoesNotUnderstand(String fault, String lines, String message)
      throws IOException {
    Path file = write("docker/certs.d/r.example", lines.replace(';', '\n'));
    assertThatThrownBy(() -> addresses("r.example/app", Demand.PULL))
        .as(fault)
        .isInstanceOf(RegistryException.class)
        .hasMessageStartingWith(file + ":")
        .hasMessageNotContaining("s3cret")
        .hasMessageContaining(message);
  }

  private static void serve(HttpExchange http, int count) throws IOException {
    if (http.getRequestURI().getPath().contains("/manifests/")) {
      ScriptedServer.reply(http, 200, MediaTypes.OCI_MANIFEST, Samples.MANIFEST);
    } else {
      http.sendResponseHeaders(404, -1);
    }
  }

  @Test
  void isAskedForTagsWhereItResolvesAndForDigestsWhereItPulls() throws IOException {
    try (ScriptedServer home = new ScriptedServer(HostsFileTest::serve);
        ScriptedServer mirror = new ScriptedServer(HostsFileTest::serve)) {
      write(
          "containerd/certs.d/r.example",
          """
          server = "http://%s"
          [host."http://%s/api"]
          capabilities = ["pull"]
          override_path = true
          """
              .formatted(home.host(), mirror.host()));
      HttpRegistry registry = new HttpRegistry(environment, RegistryContract.QUICK);
      ImageReference tagged = ImageReference.parse("r.example/team/app:1");
      Registry.Document document = registry.manifest(tagged);
      assertThat(mirror.requests()).isEmpty();
      assertThat(home.requests()).anyMatch(r -> r.path().equals("/v2/team/app/manifests/1"));
      registry.manifest(tagged.withDigest(document.descriptor().digest()));
      assertThat(mirror.requests())
          .anyMatch(r -> r.path().startsWith("/api/team/app/manifests/sha256:"));
      assertThat(registry.behindMirrors(tagged)).isPresent();
    }
  }
}
