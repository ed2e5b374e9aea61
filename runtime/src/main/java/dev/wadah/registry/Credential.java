package dev.wadah.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * What proves who we are to a registry. It never prints its secret.
 *
 * @param user the name; empty for an identity token
 * @param secret password, or identity token
 * @param identityToken whether the secret is an OAuth refresh token
 */
public record Credential(String user, String secret, boolean identityToken) {

  public static Credential ofPassword(String user, String password) {
    return new Credential(user, password, false);
  }

  public static Credential ofIdentityToken(String token) {
    return new Credential("", token, true);
  }

  /**
   * From the {@code auth} field of a config.json: base64 of {@code user:password}.
   *
   * @return empty if it is no such thing
   */
  static Optional<Credential> ofAuth(String auth) {
    String text;
    try {
      text = new String(Base64.getDecoder().decode(auth.strip()), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    int colon = text.indexOf(':');
    if (colon <= 0) {
      return Optional.empty();
    }
    // Docker pads some passwords with zero bytes.
    String password = text.substring(colon + 1).replace("\0", "");
    return Optional.of(ofPassword(text.substring(0, colon), password));
  }

  /** The header value of the scheme Basic. */
  String basic() {
    byte[] text = (user + ":" + secret).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(text);
  }

  @Override
  public String toString() {
    return identityToken ? "an identity token" : "user " + user;
  }
}
