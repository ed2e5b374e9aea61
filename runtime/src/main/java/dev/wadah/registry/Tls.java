package dev.wadah.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
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
    if (files.clientCert().isEmpty()) {
      return null;
    }
    KeyStore store = emptyStore();
    Certificate[] chain = certificates(files.clientCert().get()).toArray(new Certificate[0]);
    store.setKeyEntry("client", PemKey.read(files.clientKey().orElseThrow()), NO_PASSWORD, chain);
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
    if (access.tls().authorities().isEmpty()) {
      return null;
    }
    KeyStore store = emptyStore();
    int number = 0;
    for (X509Certificate known : jvmAuthorities()) {
      store.setCertificateEntry("jvm-" + number++, known);
    }
    for (Path file : access.tls().authorities()) {
      for (Certificate own : certificates(file)) {
        store.setCertificateEntry("own-" + number++, own);
      }
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
    Collection<? extends Certificate> found;
    try {
      found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(certificatesOf(PemKey.bytes(pem))));
    } catch (CertificateException e) {
      throw new RegistryException(pem + " holds no certificates in the form PEM", e);
    }
    if (found.isEmpty()) {
      throw new RegistryException(pem + " holds no certificate", null);
    }
    return found;
  }

  /** Without the key that a client's certificate may share its file with. */
  private static byte[] certificatesOf(byte[] pem) {
    String text = new String(pem, StandardCharsets.ISO_8859_1);
    if (!text.contains("PRIVATE KEY-----")) {
      return pem;
    }
    String end = "-----END CERTIFICATE-----";
    StringBuilder kept = new StringBuilder();
    for (int from = text.indexOf("-----BEGIN CERTIFICATE-----"); from >= 0; ) {
      int to = text.indexOf(end, from);
      to = to < 0 ? text.length() : to + end.length();
      kept.append(text, from, to).append('\n');
      from = text.indexOf("-----BEGIN CERTIFICATE-----", to);
    }
    return kept.toString().getBytes(StandardCharsets.ISO_8859_1);
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
