package dev.wadah.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract against Debian's registry with a token server of our own (distribution, token.md):
 * ann may do everything, anybody may pull from {@code public/}.
 */
@Tag("peer")
class TokenRegistryTest extends RegistryContract {
  @TempDir static Path folder;
  private static DebianRegistry debian;
  private static ScriptedServer tokens;
  private static PrivateKey key;
  private static String certificate;

  @BeforeAll
  static void start() throws Exception {
    TestCertificates certificates = new TestCertificates(folder);
    certificates.openssl(
        "req -x509 -nodes -days 2 -subj /CN=tokens -newkey rsa:2048 -keyout t.key -out t.crt");
    key = PemKey.read(certificates.file("t.key"));
    certificate =
        Files.readString(certificates.file("t.crt")).replaceAll("-----[A-Z ]+-----|\\s", "");
    tokens = new ScriptedServer((http, count) -> give(http));
    debian =
        new DebianRegistry(
            folder,
            "auth: {token: {realm: 'http://%s/token', service: s, issuer: i, rootcertbundle: %s}}"
                .formatted(tokens.host(), certificates.file("t.crt")));
  }

  @AfterAll
  static void stop() {
    if (debian != null) {
      debian.close();
    }
    if (tokens != null) {
      tokens.close();
    }
  }

  private static void give(HttpExchange http) throws IOException {
    String authorization = http.getRequestHeaders().getFirst("Authorization");
    boolean isAnn = Credential.ofPassword("ann", "s3cret").basic().equals(authorization);
    if (authorization != null && !isAnn) {
      http.sendResponseHeaders(401, -1);
      return;
    }
    try {
      String token = token(scopes(http.getRequestURI().getRawQuery()), isAnn);
      ScriptedServer.reply(
          http, 200, "application/json", "{\"token\":\"%s\"}".formatted(token).getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static List<String> scopes(String query) {
    List<String> scopes = new ArrayList<>();
    for (String pair : query.split("&", -1)) {
      if (pair.startsWith("scope=")) {
        scopes.add(URLDecoder.decode(pair.substring(6), UTF_8));
      }
    }
    return scopes;
  }

  private static String token(List<String> scopes, boolean isAnn) throws GeneralSecurityException {
    List<String> access = new ArrayList<>();
    for (String scope : scopes) {
      String[] parts = scope.split(":", 3);
      boolean open = parts[1].startsWith("public/") && parts[2].equals("pull");
      if (isAnn || open) {
        access.add(
            "{\"type\":\"%s\",\"name\":\"%s\",\"actions\":[\"%s\"]}"
                .formatted(parts[0], parts[1], parts[2].replace(",", "\",\"")));
      }
    }
    long now = Instant.now().getEpochSecond();
    String header = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5c\":[\"%s\"]}".formatted(certificate);
    String claims =
        ("{\"iss\":\"i\",\"aud\":\"s\",\"sub\":\"x\",\"exp\":%d,\"nbf\":%d,\"iat\":%d,"
                + "\"jti\":\"1\",\"access\":[%s]}")
            .formatted(now + 300, now - 5, now, String.join(",", access));
    String signed = base64(header.getBytes(UTF_8)) + "." + base64(claims.getBytes(UTF_8));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(key);
    signature.update(signed.getBytes(UTF_8));
    return signed + "." + base64(signature.sign());
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  String host() {
    return debian.host();
  }

  /** The token server is at another port of this machine, over http: the same host. */
  @Override
  Map<String, String> environment() {
    return debian.environmentOfAnn();
  }

  @Test
  void letsAnybodyPullWhatIsOpenAndNothingElse() throws IOException {
    ImageReference open = ImageReference.parse(host() + "/public/app:1");
    ImageReference closed = ImageReference.parse(host() + "/team/app:1");
    for (ImageReference name : List.of(open, closed)) {
      registry.pushBlob(
          name,
          Samples.DESCRIPTOR,
          Optional.empty(),
          () -> new java.io.ByteArrayInputStream(Samples.BLOB));
    }
    HttpRegistry anybody = new HttpRegistry(Map.of("HOME", "/nonexistent"), QUICK);
    try (java.io.InputStream in = anybody.blob(open, Samples.DESCRIPTOR)) {
      assertThat(in.readAllBytes()).isEqualTo(Samples.BLOB);
    }
    assertThatThrownBy(() -> anybody.blob(closed, Samples.DESCRIPTOR))
        .hasMessageContaining("gave 401")
        .hasMessageContaining("wadah login " + host());
  }

  @Test
  void refusesAWrongPassword() {
    String auths = "{\"auths\":{\"%s\":{\"auth\":\"YW5uOndyMG5n\"}}}".formatted(host());
    HttpRegistry wrong =
        new HttpRegistry(Map.of("HOME", "/nonexistent", "DOCKER_AUTH_CONFIG", auths), QUICK);
    assertThatThrownBy(() -> wrong.manifest(ImageReference.parse(host() + "/team/app:1")))
        .hasMessageContaining("no token for team/app: GET http://%s/token gave 401", tokens.host())
        .hasMessageNotContaining("wr0ng");
  }
}
