package dev.wadah.registry;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Says in a user's words why a connection failed; the JDK often leaves the message empty. */
final class Failures {
  private Failures() {}

  static String describe(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException
          || cause instanceof java.net.UnknownHostException) {
        return "no such host";
      }
      if (cause instanceof SSLException) {
        return "TLS: " + text(cause).map(Failures::trust).orElse("the handshake failed");
      }
      if (cause instanceof HttpTimeoutException) {
        return "timed out";
      }
    }
    if (failure instanceof ConnectException) {
      return text(failure).map(Failures::plain).orElse("connection refused");
    }
    String message = text(failure).orElse(failure.getClass().getSimpleName());
    return message.contains("header parser received no bytes")
        ? "it closed the connection without an answer"
        : message;
  }

  /** The JDK speaks of paths and anchors; a user has to name a file. */
  private static String trust(String message) {
    if (message.contains("PKIX path building failed")) {
      return "its certificate is signed by no authority that is known here; name the authority by"
          + " \"ca\" in registries.toml, or put it into certs.d";
    }
    return message.contains("bad_certificate") || message.contains("certificate_required")
        ? message + "; the registry may want a client certificate: client-cert in registries.toml"
        : message;
  }

  private static String plain(String message) {
    return message.equals("Connection refused") ? "connection refused" : message;
  }

  private static Optional<String> text(Throwable cause) {
    return Optional.ofNullable(cause.getMessage()).filter(message -> !message.isBlank());
  }
}
