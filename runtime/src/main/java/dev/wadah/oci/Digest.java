package dev.wadah.oci;

import java.nio.charset.StandardCharsets;

/**
 * A content digest, {@code sha256:<64 hex digits>} (image-spec descriptor.md "Digests"). A value of
 * this type is always well formed; SHA-256 is the only algorithm that the store uses, SHA-512 is
 * accepted from others.
 *
 * @param algorithm sha256 or sha512
 * @param hex the encoded hash, lower case
 */
public record Digest(String algorithm, String hex) implements Comparable<Digest> {
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

  public Digest {
    int length =
        switch (algorithm) {
          case "sha256" -> 64;
          case "sha512" -> 128;
          default ->
              throw new IllegalArgumentException(
                  "digest algorithm \"%s\" is neither sha256 nor sha512".formatted(algorithm));
        };
    if (hex.length() != length || !isLowerHex(hex)) {
      throw new IllegalArgumentException(
          "digest \"%s:%s\" needs %d lower-case hex digits".formatted(algorithm, hex, length));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digest that && hex.equals(that.hex) && algorithm.equals(that.algorithm);
  }

  @Override
  public int hashCode() {
    return hex.hashCode();
  }

  /**
   * Parses {@code algorithm:hex}.
   *
   * @throws IllegalArgumentException naming the fault
   */
  public static Digest parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("digest \"%s\" has no algorithm".formatted(text));
    }
    return new Digest(text.substring(0, colon), text.substring(colon + 1));
  }

  /** Whether every character is a lower-case hexadecimal digit; true for an empty text. */
  public static boolean isLowerHex(String text) {
    // Bytes, here and below: an interpreter, which is what reads an image, calls five methods for a
    // character. What is no Latin letter becomes a question mark.
    for (byte c : text.getBytes(StandardCharsets.ISO_8859_1)) {
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        return false;
      }
    }
    return true;
  }

  /** The SHA-256 digest with these 32 bytes. */
  public static Digest ofSha256(byte[] hash) {
    byte[] hex = new byte[2 * hash.length];
    for (int i = 0; i < hash.length; i++) {
      hex[2 * i] = DIGITS[(hash[i] >> 4) & 15];
      hex[2 * i + 1] = DIGITS[hash[i] & 15];
    }
    return new Digest("sha256", new String(hex, StandardCharsets.ISO_8859_1));
  }

  /** The SHA-256 digest of {@code content}. */
  public static Digest of(byte[] content) {
    return ofSha256(Sha256.create().digest(content));
  }

  /** The first twelve hex digits, as docker shows them. */
  public String abbreviated() {
    return hex.substring(0, 12);
  }

  @Override
  public int compareTo(Digest other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return algorithm + ":" + hex;
  }
}
