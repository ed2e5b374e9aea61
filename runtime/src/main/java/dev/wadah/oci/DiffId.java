package dev.wadah.oci;

/**
 * The digest of a layer's uncompressed tar stream (image-spec config.md "Layer DiffID").
 *
 * @param digest the digest of the tar bytes
 */
public record DiffId(Digest digest) {
  public static DiffId parse(String text) {
    return new DiffId(Digest.parse(text));
  }

  // Written out, like Digest's: what the JVM makes for a record is spun at run time.
  @Override
  public boolean equals(Object other) {
    return other instanceof DiffId that && digest.equals(that.digest);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }

  @Override
  public String toString() {
    return digest.toString();
  }
}
