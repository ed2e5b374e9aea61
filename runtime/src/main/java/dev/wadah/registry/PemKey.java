package dev.wadah.registry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Private keys as openssl writes them: PKCS #8, which the JDK reads, and the older forms of RSA
 * (PKCS #1) and elliptic curves (SEC 1), which are put into a PKCS #8 envelope here.
 */
final class PemKey {
  /** DER of the version 0 that a PKCS #8 key begins with (RFC 5208 section 5). */
  private static final byte[] VERSION = {2, 1, 0};

  /** DER of the algorithm rsaEncryption, without parameters (RFC 8017 appendix A.1). */
  private static final byte[] RSA = {
    0x30, 0x0d, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
  };

  /** DER of the object identifier ecPublicKey (RFC 5480 section 2.1.1). */
  private static final byte[] EC = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 4;
  private static final int OBJECT_IDENTIFIER = 6;

  /** The tag of the curve within a SEC 1 key: {@code [0] parameters}. */
  private static final int CURVE = 0xa0;

  private PemKey() {}

  /**
   * Reads a key without a passphrase.
   *
   * @throws RegistryException if the file holds no such key
   */
  static PrivateKey read(Path pem) throws GeneralSecurityException, IOException {
    String text = new String(bytes(pem), StandardCharsets.ISO_8859_1);
    Optional<byte[]> rsa = block(text, "RSA PRIVATE KEY");
    Optional<byte[]> ec = block(text, "EC PRIVATE KEY");
    Optional<byte[]> der =
        block(text, "PRIVATE KEY")
            .or(() -> rsa.map(key -> envelope(RSA, key)))
            .or(() -> ec.flatMap(PemKey::curve).map(curve -> envelope(curve, ec.get())));
    if (der.isEmpty() || text.contains("Proc-Type: 4,ENCRYPTED")) {
      throw new RegistryException(
          pem
              + " holds no private key without a passphrase; convert it with: openssl pkcs8 -topk8"
              + " -nocrypt",
          null);
    }
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm)
            .generatePrivate(new PKCS8EncodedKeySpec(der.get()));
      } catch (InvalidKeySpecException e) {
        // A key of another algorithm.
      }
    }
    throw new RegistryException(pem + " holds a key that is neither RSA, EC nor Ed25519", null);
  }

  /** The bytes of a file that settings name; a missing one is told as such. */
  static byte[] bytes(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new RegistryException(
          "the settings of registries name %s, which does not exist".formatted(file), e);
    } catch (IOException e) {
      throw new RegistryException(
          "the settings of registries name %s, which cannot be read: %s"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private static Optional<byte[]> block(String text, String kind) {
    String begin = "-----BEGIN " + kind + "-----";
    int from = text.indexOf(begin);
    int to = text.indexOf("-----END " + kind + "-----", Math.max(0, from));
    if (from < 0 || to < 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static byte[] envelope(byte[] algorithm, byte[] key) {
    return element(SEQUENCE, VERSION, algorithm, element(OCTETS, key));
  }

  /** The algorithm of a SEC 1 key, whose curve is the first element tagged {@code [0]}. */
  private static Optional<byte[]> curve(byte[] key) {
    for (int i = 0; i + 4 < key.length; i++) {
      int length = key[i + 1] & 0xff;
      boolean found =
          (key[i] & 0xff) == CURVE
              && key[i + 2] == OBJECT_IDENTIFIER
              && (key[i + 3] & 0xff) == length - 2
              && i + 2 + length <= key.length;
      if (found) {
        byte[] name = java.util.Arrays.copyOfRange(key, i + 2, i + 2 + length);
        return Optional.of(element(SEQUENCE, EC, name));
      }
    }
    return Optional.empty();
  }

  /** An element of DER (X.690 section 8.1). */
  private static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    int length = content.size();
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    if (length > 0xff) {
      element.write(0x82);
      element.write(length >> 8);
    } else if (length > 0x7f) {
      element.write(0x81);
    }
    element.write(length);
    element.writeBytes(content.toByteArray());
    return element.toByteArray();
  }
}
