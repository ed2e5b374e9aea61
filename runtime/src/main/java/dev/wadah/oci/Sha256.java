package dev.wadah.oci;

import dev.wadah.posix.NativeSha256;
import java.security.MessageDigest;

/** Makes SHA-256 hashers. */
public final class Sha256 {
  private Sha256() {}

  /** A new hasher, for one thread at a time; it is quick from its first byte on. */
  public static MessageDigest create() {
    return new NativeSha256();
  }
}
