package dev.wadah.registry;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Says in a user's words why a connection failed; the JDK often leaves the message empty. */
final class Failures {
  /** How the JDK begins to say that a proxy refuses {@code CONNECT}. */
  private static final String TUNNEL = "Tunnel failed, got: ";

  private static final String ALERT = "Received fatal alert: ";
  private static final String RENEW = "; have it renewed, or look at this machine's clock (date)";

  private Failures() {}

  static String describe(IOException failure) {
    String what = what(failure);
    for (Throwable note : failure.getSuppressed()) {
      if (note instanceof ProxyInBetween) {
        return what + " (" + note.getMessage() + ")";
      }
    }
    return what;
  }

  private static String what(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException
          || cause instanceof java.net.UnknownHostException) {
        return "no such host";
      }
      if (cause instanceof SSLException) {
        return "TLS: " + tls(cause);
      }
      if (cause instanceof HttpTimeoutException) {
        return "timed out";
      }
    }
    if (failure instanceof ConnectException) {
      return text(failure).map(Failures::plain).orElse("connection refused");
    }
    String message = text(failure).orElse(failure.getClass().getSimpleName());
    if (message.startsWith(TUNNEL)) {
      return "the proxy does not lead there, it says " + message.substring(TUNNEL.length());
    }
    return message.contains("header parser received no bytes")
        ? "it closed the connection without an answer"
        : message;
  }

  private static String tls(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateExpiredException) {
        return "its certificate has expired" + RENEW;
      }
      if (cause instanceof CertificateNotYetValidException) {
        return "its certificate is not valid yet" + RENEW;
      }
    }
    return text(failure).map(Failures::tls).orElse("the handshake failed");
  }

  /** The JDK speaks of paths, anchors and alerts; a user has to name a file or a host. */
  private static String tls(String message) {
    if (message.contains("PKIX path building failed")) {
      return "its certificate is signed by no authority that is known here; name the authority by"
          + " \"ca\" in registries.toml, or put it into certs.d";
    }
    if (message.contains("subject alternative") || message.contains("No name matching")) {
      return "its certificate is one of another host (%s); ask for it by a name that is in the certificate"
          .formatted(message.substring(message.indexOf("No ")).replaceAll("\\.$", ""));
    }
    if (message.contains("plaintext connection")) {
      return "it answers in plain http; where that is meant, registries.toml allows it by"
          + " \"http = true\"";
    }
    if (!message.contains(ALERT)) {
      return message;
    }
    String alert = message.substring(message.indexOf(ALERT) + ALERT.length());
    return switch (alert) {
      case "bad_certificate", "certificate_required", "unknown_ca", "certificate_unknown" ->
          "it refuses our client certificate, or wants one (%s): client-cert in registries.toml"
              .formatted(alert);
      case "certificate_expired" -> "it says that our client certificate has expired";
      case "decrypt_error" ->
          "it cannot make use of our client certificate (%s); do client-cert and client-key belong together?"
              .formatted(alert);
      default -> "it breaks the handshake off (%s)".formatted(alert);
    };
  }

  private static String plain(String message) {
    return message.equals("Connection refused") ? "connection refused" : message;
  }

  private static Optional<String> text(Throwable cause) {
    return Optional.ofNullable(cause.getMessage()).filter(message -> !message.isBlank());
  }
}
