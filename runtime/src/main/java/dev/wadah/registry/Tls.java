package dev.wadah.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** TLS with a host's own authorities and client certificate, or without verification. */
final class Tls {
  private static final char[] NO_PASSWORD = new char[0];

  private Tls() {}

  /**
   * Sets up a client.
   *
   * @throws RegistryException if a file is no PEM file of its kind
   */
  static void configure(HttpClient.Builder builder, Endpoint.Access access) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(access.tls()), trust(access), null);
      builder.sslContext(context);
    } catch (GeneralSecurityException e) {
      throw new RegistryException(
          "cannot use the certificates of a registry: " + e.getMessage(), e);
    }
  }

  private static KeyManager[] keys(Endpoint.TlsFiles files)
      throws GeneralSecurityException, IOException {
    if (files.clientCert().isEmpty() || files.clientKey().isEmpty()) {
      return null;
    }
    KeyStore store = emptyStore();
    Certificate[] chain = certificates(files.clientCert().get()).toArray(new Certificate[0]);
    store.setKeyEntry("client", key(files.clientKey().get()), NO_PASSWORD, chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  private static TrustManager[] trust(Endpoint.Access access)
      throws GeneralSecurityException, IOException {
    if (access.skipVerify()) {
      return new TrustManager[] {new TrustAnything()};
    }
    if (access.tls().ca().isEmpty()) {
      return null;
    }
    KeyStore store = emptyStore();
    int number = 0;
    for (X509Certificate known : jvmAuthorities()) {
      store.setCertificateEntry("jvm-" + number++, known);
    }
    for (Certificate own : certificates(access.tls().ca().get())) {
      store.setCertificateEntry("own-" + number++, own);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static List<X509Certificate> jvmAuthorities() throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof javax.net.ssl.X509TrustManager x509) {
        return List.of(x509.getAcceptedIssuers());
      }
    }
    return List.of();
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path pem)
      throws GeneralSecurityException, IOException {
    byte[] bytes = Files.readAllBytes(pem);
    Collection<? extends Certificate> found =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(bytes));
    if (found.isEmpty()) {
      throw new RegistryException(pem + " holds no certificate", null);
    }
    return found;
  }

  private static PrivateKey key(Path pem) throws GeneralSecurityException, IOException {
    String text = Files.readString(pem, StandardCharsets.ISO_8859_1);
    int from = text.indexOf("-----BEGIN PRIVATE KEY-----");
    int to = text.indexOf("-----END PRIVATE KEY-----");
    if (from < 0 || to < from) {
      throw new RegistryException(
          pem
              + " holds no key in the form PKCS #8 (BEGIN PRIVATE KEY); convert it with: openssl"
              + " pkcs8 -topk8 -nocrypt",
          null);
    }
    byte[] der = Base64.getMimeDecoder().decode(text.substring(from + 27, to));
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (InvalidKeySpecException e) {
        // A key of another algorithm.
      }
    }
    throw new RegistryException(pem + " holds a key that is neither RSA, EC nor Ed25519", null);
  }

  /** For hosts whose settings say {@code skip-verify}; the extended kind also skips host names. */
  private static final class TrustAnything extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
