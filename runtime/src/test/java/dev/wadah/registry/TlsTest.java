package dev.wadah.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import dev.wadah.registry.ScriptedServer.ClientCertificate;
import dev.wadah.registry.serve.RegistryServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Own authorities, client certificates, unverified TLS; and that https stays https. */
class TlsTest {
  @TempDir static Path folder;
  private static TestCertificates certificates;
  private static SSLContext localhost;
  private static SSLContext otherName;

  private Path home;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = new TestCertificates(folder);
    certificates.issue("localhost", "DNS:localhost,IP:127.0.0.1");
    certificates.issue("other", "DNS:other.example");
    certificates.issue("client", "DNS:client.example");
    certificates.openssl("ec -in client.key -out client-sec1.key");
    certificates.openssl(
        "req -x509 -nodes -days 2 -subj /CN=x -newkey rsa:2048 -keyout rsa.key -out rsa.crt");
    certificates.openssl("req -new -key rsa.key -subj /CN=rsa-client -out rsa.csr");
    certificates.openssl(
        "x509 -req -days 2 -in rsa.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out rsa.crt");
    certificates.openssl("rsa -traditional -in rsa.key -out rsa-pkcs1.key");
    certificates.openssl("rsa -aes128 -passout pass:x -in rsa.key -out rsa-locked.key");
    certificates.openssl(
        "req -x509 -nodes -subj /CN=stranger -newkey ed25519 -keyout x.key -out x.crt");
    localhost = certificates.server("localhost");
    otherName = certificates.server("other");
  }

  @BeforeEach
  void makeHome(@TempDir Path fresh) {
    home = fresh;
  }

  private static void manifest(HttpExchange http, int count) throws IOException {
    ScriptedServer.reply(http, 200, MediaTypes.OCI_MANIFEST, Samples.MANIFEST);
  }

  private static ScriptedServer serve(SSLContext context) throws IOException {
    return ScriptedServer.secure(context, ClientCertificate.NOT_NEEDED, TlsTest::manifest);
  }

  private static ScriptedServer serveThoseWithCertificates() throws IOException {
    return ScriptedServer.secure(localhost, ClientCertificate.NEEDED, TlsTest::manifest);
  }

  /** Reads a manifest with a {@code registries.toml}, if any. */
  private Digest manifest(ScriptedServer server, String... settings) throws IOException {
    Map<String, String> environment = Map.of("HOME", home.toString());
    if (settings.length > 0) {
      Path file = home.resolve(".config/wadah/registries.toml");
      Files.createDirectories(file.getParent());
      String text = String.join("\n", settings).replace("{host}", server.host());
      Files.writeString(file, text.replace("{certs}", folder.toString()));
    }
    HttpRegistry registry = new HttpRegistry(environment, RegistryContract.QUICK);
    return registry.manifest(name(server)).descriptor().digest();
  }

  private static ImageReference name(ScriptedServer server) {
    return ImageReference.parse(server.host() + "/team/app:1");
  }

  private static final Digest EXPECTED = Digest.of(Samples.MANIFEST);

  @Test
  void trustsAnAuthorityOfTheSettings() throws IOException {
    try (ScriptedServer server = serve(localhost)) {
      assertThat(manifest(server, "[[registry]]", "location='{host}'", "ca='{certs}/ca.crt'"))
          .isEqualTo(EXPECTED);
    }
  }

  @Test
  void refusesAnAuthorityThatNobodyKnows() throws IOException {
    try (ScriptedServer server = serve(localhost)) {
      assertThatThrownBy(() -> manifest(server))
          .isInstanceOf(RegistryException.class)
          .hasMessageStartingWith(
              server.host() + "/team/app:1: cannot read its manifest: registry ")
          .hasMessageContaining("signed by no authority that is known here")
          .hasMessageContaining("registries.toml");
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void refusesACertificateOfAnotherName() throws IOException {
    try (ScriptedServer server = serve(otherName)) {
      assertThatThrownBy(
              () -> manifest(server, "[[registry]]", "location='{host}'", "ca='{certs}/ca.crt'"))
          .hasMessageContaining("TLS: its certificate is one of another host")
          .hasMessageContaining("localhost");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "past,   20200101000000Z, 20210101000000Z, TLS: its certificate has expired;",
    "future, 20900101000000Z, 20910101000000Z, TLS: its certificate is not valid yet;",
  })
  void tellsOfACertificateOfAnotherTime(String name, String from, String to, String message)
      throws Exception {
    certificates.issueFor(name, from, to);
    try (ScriptedServer server = serve(certificates.server(name))) {
      assertThatThrownBy(
              () -> manifest(server, "[[registry]]", "location='{host}'", "ca='{certs}/ca.crt'"))
          .hasMessageContaining(message)
          .hasMessageNotContainingAny("java.", "PKIX", "client-cert");
    }
  }

  @Test
  void saysThatACertificateAndItsKeyMayNotBelongTogether() throws IOException {
    try (ScriptedServer server = serveThoseWithCertificates()) {
      assertThatThrownBy(
              () ->
                  manifest(
                      server,
                      "[[registry]]",
                      "location='{host}'",
                      "ca='{certs}/ca.crt'",
                      "client-cert='{certs}/client.crt'",
                      "client-key='{certs}/other.key'"))
          // JDK 17's server closes, later ones send an alert first.
          .hasMessageMatching(
              "(?s).*(closed the connection without an answer|do client-cert and client-key belong"
                  + " together|refuses our client certificate).*");
    }
  }

  @Test
  void takesAnyCertificateWhereTheSettingsSaySo() throws IOException {
    try (ScriptedServer server = serve(otherName)) {
      assertThat(manifest(server, "[[registry]]", "location='{host}'", "skip-verify=true"))
          .isEqualTo(EXPECTED);
    }
  }

  @Test
  void unverifiedTlsIsNoPlainHttp() throws IOException {
    // Our own registry, which tells a client at once that this is no TLS.
    try (RegistryServer server =
        RegistryServer.start(
            home.resolve("data"), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      Path file = home.resolve("registries.toml");
      Files.writeString(
          file, "[[registry]]\nlocation='%s'\nskip-verify=true".formatted(server.host()));
      HttpRegistry registry =
          new HttpRegistry(
              Map.of("HOME", home.toString(), "WADAH_REGISTRIES", file.toString()),
              RegistryContract.QUICK);
      assertThatThrownBy(
              () -> registry.manifest(ImageReference.parse(server.host() + "/team/app:1")))
          .hasMessageContaining("TLS: it answers in plain http")
          .hasMessageContaining("\"http = true\"");
    }
  }

  @Test
  void plainHttpIsNoTls() throws IOException {
    try (ScriptedServer server = serve(localhost)) {
      assertThatThrownBy(() -> manifest(server, "[[registry]]", "location='{host}'", "http=true"))
          .isInstanceOf(RegistryException.class);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({".config/containers/certs.d", ".config/docker/certs.d"})
  void trustsAllAuthoritiesOfAFolder(String certsD) throws IOException {
    try (ScriptedServer server = serve(localhost)) {
      Path host = Files.createDirectories(home.resolve(certsD).resolve(server.host()));
      Files.copy(certificates.file("ca.crt"), host.resolve("a.crt"));
      Files.copy(certificates.file("x.crt"), host.resolve("b.crt"));
      assertThat(manifest(server)).isEqualTo(EXPECTED);
    }
  }

  @Test
  void showsTheCertificateOfAFolder() throws IOException {
    try (ScriptedServer server = serveThoseWithCertificates()) {
      Path host =
          Files.createDirectories(
              home.resolve(".config/containers/certs.d").resolve(server.host()));
      Files.copy(certificates.file("ca.crt"), host.resolve("ca.crt"));
      Files.copy(certificates.file("client.crt"), host.resolve("me.cert"));
      assertThatThrownBy(() -> manifest(server))
          .hasMessageContaining("me.cert is of no use without me.key, which is missing");
      Files.copy(certificates.file("client.key"), host.resolve("me.key"));
      assertThat(manifest(server)).isEqualTo(EXPECTED);
    }
  }

  @Test
  void doesWhatHostsTomlSays() throws IOException {
    try (ScriptedServer server = serveThoseWithCertificates()) {
      Path host =
          Files.createDirectories(
              home.resolve(".config/containerd/certs.d").resolve(server.host()));
      Files.copy(certificates.file("ca.crt"), host.resolve("ca.pem"));
      String both =
          Files.readString(certificates.file("client.key"))
              + Files.readString(certificates.file("client.crt"));
      Files.writeString(host.resolve("me.pem"), both);
      String settings = "server = \"https://%s\"\nca = \"ca.pem\"\n".formatted(server.host());
      Files.writeString(host.resolve("hosts.toml"), settings);
      assertThatThrownBy(() -> manifest(server)).isInstanceOf(RegistryException.class);
      Files.writeString(host.resolve("hosts.toml"), settings + "client = \"me.pem\"\n");
      assertThat(manifest(server)).isEqualTo(EXPECTED);
      Files.writeString(
          host.resolve("hosts.toml"),
          settings.replace("ca =", "skip_verify = true #") + "client = [[\"me.pem\", \"me.pem\"]]");
      assertThat(manifest(server)).isEqualTo(EXPECTED);
    }
  }

  @Test
  void asksALoopbackHostByTlsWhereHostsTomlSaysHttps() throws IOException {
    try (ScriptedServer server = new ScriptedServer(TlsTest::manifest)) {
      assertThat(manifest(server)).isEqualTo(EXPECTED);
      Path host =
          Files.createDirectories(home.resolve(".config/docker/certs.d").resolve(server.host()));
      Files.writeString(
          host.resolve("hosts.toml"), "server = \"https://%s\"".formatted(server.host()));
      assertThatThrownBy(() -> manifest(server)).isInstanceOf(RegistryException.class);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "elliptic curve in PKCS 8, client.crt, client.key",
    "elliptic curve in SEC 1,  client.crt, client-sec1.key",
    "RSA in PKCS 8,            rsa.crt,    rsa.key",
    "RSA in PKCS 1,            rsa.crt,    rsa-pkcs1.key",
  })
  void showsACertificateOfTheSettings(String form, String cert, String key) throws IOException {
    try (ScriptedServer server = serveThoseWithCertificates()) {
      assertThat(
              manifest(
                  server,
                  "[[registry]]",
                  "location='{host}'",
                  "ca='{certs}/ca.crt'",
                  "client-cert='{certs}/" + cert + "'",
                  "client-key='{certs}/" + key + "'"))
          .as(form)
          .isEqualTo(EXPECTED);
    }
  }

  @Test
  void saysThatTheRegistryHangsUpOnThoseWithoutACertificate() throws IOException {
    try (ScriptedServer server = serveThoseWithCertificates()) {
      assertThatThrownBy(
              () -> manifest(server, "[[registry]]", "location='{host}'", "ca='{certs}/ca.crt'"))
          // JDK 17 closes, later ones send an alert first.
          .hasMessageMatching(
              "(?s).*(closed the connection without an answer|refuses our client certificate, or wants"
                  + " one).*");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "no such authority,    ca='{certs}/none.crt',  'none.crt, which does not exist'",
    "a folder,             ca='{certs}',           'which cannot be read: Is a directory'",
    "an authority's key,   ca='{certs}/ca.key',    ca.key holds no certificate",
    "no pem at all,        ca='{certs}/rsa.csr',   rsa.csr holds no certificate",
    "half a pair,          client-cert='{certs}/client.crt', 'needs client-cert and client-key'",
    "a locked key,         client-cert='{certs}/rsa.crt'~client-key='{certs}/rsa-locked.key', no private key without a passphrase",
    "no key,               client-cert='{certs}/rsa.crt'~client-key='{certs}/rsa.crt', no private key without a passphrase",
  })
  void refusesFilesThatAreNone(String fault, String settings, String message) throws IOException {
    try (ScriptedServer server = serve(localhost)) {
      assertThatThrownBy(
              () ->
                  manifest(
                      server, "[[registry]]", "location='{host}'", settings.replace('~', '\n')))
          .as(fault)
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void isNotLedFromHttpsToHttp() throws IOException {
    try (ScriptedServer plain = new ScriptedServer(TlsTest::manifest);
        ScriptedServer server =
            ScriptedServer.secure(
                localhost,
                ClientCertificate.NOT_NEEDED,
                (http, count) -> leadTo("http://" + plain.host() + "/x", http))) {
      String[] settings = {"[[registry]]", "location='{host}'", "ca='{certs}/ca.crt'"};
      assertThatThrownBy(() -> manifest(server, settings))
          .hasMessageContaining("redirects from https to http (localhost); refused");
      HttpRegistry registry =
          new HttpRegistry(Map.of("HOME", home.toString()), RegistryContract.QUICK);
      assertThatThrownBy(
              () ->
                  registry.pushBlob(
                      name(server),
                      Samples.DESCRIPTOR,
                      Optional.empty(),
                      () -> new ByteArrayInputStream(Samples.BLOB)))
          .hasMessageContaining(
              "leads from https to http (http://" + plain.host() + "/x); refused");
      assertThat(plain.requests()).isEmpty();
    }
  }

  @Test
  void fetchesNoTokenOverHttpForHttps() throws IOException {
    try (ScriptedServer plain = new ScriptedServer(TlsTest::manifest);
        ScriptedServer server =
            ScriptedServer.secure(
                localhost,
                ClientCertificate.NOT_NEEDED,
                (http, count) -> {
                  http.getResponseHeaders()
                      .set("WWW-Authenticate", "Bearer realm=\"http://" + plain.host() + "/t\"");
                  http.sendResponseHeaders(401, -1);
                })) {
      assertThatThrownBy(
              () -> manifest(server, "[[registry]]", "location='{host}'", "ca='{certs}/ca.crt'"))
          .hasMessageContaining("wants a token to be fetched from http://" + plain.host())
          .hasMessageContaining("in the clear; refused");
      assertThat(plain.requests()).isEmpty();
    }
  }

  private static void leadTo(String address, HttpExchange http) throws IOException {
    http.getResponseHeaders().set("Location", address);
    int status =
        switch (http.getRequestMethod()) {
          case "GET" -> 307;
          case "HEAD" -> 404;
          default -> 202;
        };
    http.sendResponseHeaders(status, -1);
  }
}
