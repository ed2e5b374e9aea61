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

  @Override
  public String toString() {
    return digest.toString();
  }
}
