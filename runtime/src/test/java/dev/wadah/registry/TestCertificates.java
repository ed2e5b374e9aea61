package dev.wadah.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An authority and certificates of it, made afresh by openssl for each test class. */
final class TestCertificates {
  private static final char[] PASSWORD = "test".toCharArray();

  private final Path folder;

  /** Makes an authority in a folder; {@code ca.crt} is its certificate. */
  TestCertificates(Path folder) throws IOException, InterruptedException {
    Path program = Path.of("/usr/bin/openssl");
    if ("1".equals(System.getenv("WADAH_MUST_WORK"))) {
      assertThat(program).exists();
    }
    assumeTrue(Files.isExecutable(program), "openssl is not installed");
    this.folder = folder;
    openssl("req -x509 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.crt " + EC_KEY);
  }

  private static final String EC_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1";

  Path file(String name) {
    return folder.resolve(name);
  }

  /** Runs openssl in the folder. */
  void openssl(String arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments.split(" ")));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(arguments + "\n" + output).isZero();
  }

  /** Makes {@code NAME.key} (PKCS #8, elliptic curve) and {@code NAME.crt} for some names. */
  void issue(String name, String alternativeNames) throws IOException, InterruptedException {
    openssl(
        "req -nodes -subj /CN=%s -addext subjectAltName=%s -keyout %s.key -out %s.csr %s"
            .formatted(name, alternativeNames, name, name, EC_KEY));
    openssl(
        ("x509 -req -days 2 -in %s.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out %s.crt"
                + " -copy_extensions copy")
            .formatted(name, name));
  }

  /** Makes a certificate of localhost that holds from one time to another (YYYYMMDDHHMMSSZ). */
  void issueFor(String name, String from, String to) throws IOException, InterruptedException {
    Files.writeString(file("index.txt"), "");
    Files.writeString(
        file("ca.conf"),
        """
        [ca]
        default_ca = here
        [here]
        database = index.txt
        new_certs_dir = .
        default_md = sha256
        policy = any
        rand_serial = yes
        x509_extensions = names
        [any]
        commonName = supplied
        [names]
        subjectAltName = DNS:localhost
        """);
    openssl(
        "req -nodes -subj /CN=%s -keyout %s.key -out %s.csr %s"
            .formatted(name, name, name, EC_KEY));
    openssl(
        ("ca -batch -notext -config ca.conf -cert ca.crt -keyfile ca.key -in %s.csr"
                + " -out %s.crt -startdate %s -enddate %s")
            .formatted(name, name, from, to));
  }

  /** What a server needs that shows a certificate, and trusts clients of the authority. */
  SSLContext server(String name)
      throws IOException, InterruptedException, GeneralSecurityException {
    openssl(
        "pkcs12 -export -passout pass:test -in %s.crt -inkey %s.key -out %s.p12"
            .formatted(name, name, name));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store(name + ".p12"), PASSWORD);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, PASSWORD);
    try (InputStream in = Files.newInputStream(file("ca.crt"))) {
      trusted.setCertificateEntry(
          "ca", java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private KeyStore store(String name) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file(name))) {
      store.load(in, PASSWORD);
    }
    return store;
  }
}
