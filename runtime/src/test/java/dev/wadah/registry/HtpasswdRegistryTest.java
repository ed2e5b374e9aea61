package dev.wadah.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract against Debian's registry with a file of passwords. */
@Tag("peer")
class HtpasswdRegistryTest extends RegistryContract {
  /** The user ann with the password s3cret, hashed by bcrypt with few rounds. */
  private static final String ANN =
      "ann:$2b$05$jECkfjSq6NBxSeH3GlecfeFhSQKrKb288592tAKazmCQSt/N7hco.\n";

  @TempDir static Path folder;
  private static DebianRegistry debian;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    Path passwords = Files.writeString(folder.resolve("htpasswd"), ANN);
    debian =
        new DebianRegistry(folder, "auth: {htpasswd: {realm: r, path: %s}}".formatted(passwords));
  }

  @AfterAll
  static void stop() {
    if (debian != null) {
      debian.close();
    }
  }

  @Override
  String host() {
    return debian.host();
  }

  @Override
  Map<String, String> environment() {
    return debian.environmentOfAnn();
  }

  @Test
  void refusesThoseWithoutAPassword() {
    HttpRegistry nobody = new HttpRegistry(Map.of("HOME", "/nonexistent"), QUICK);
    assertThatThrownBy(() -> nobody.manifest(ImageReference.parse(host() + "/team/app:1")))
        .hasMessageContaining("gave 401: UNAUTHORIZED")
        .hasMessageContaining("try: wadah login " + host());
  }

  @Test
  void logsInWithTheRightPasswordOnly() throws IOException {
    Map<String, String> home = Map.of("HOME", folder.toString());
    Logins logins = new Logins(home, QUICK);
    assertThatThrownBy(() -> logins.login(host(), Credential.ofPassword("ann", "wr0ng")))
        .hasMessageContaining("gave 401")
        .hasMessageNotContaining("wr0ng");
    logins.login(host(), Credential.ofPassword("ann", "s3cret"));
    assertThat(new HttpRegistry(home, QUICK).head(ImageReference.parse(host() + "/none:1")))
        .isEmpty();
  }
}
