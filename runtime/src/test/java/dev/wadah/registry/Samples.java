package dev.wadah.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import java.util.Random;

/** A manifest and a blob, as tests of registries need them. */
final class Samples {
  static final byte[] MANIFEST =
      ("{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":{\"mediaType\":\"x\",\"digest\":"
              + "\"sha256:%s\",\"size\":1},\"layers\":[]}")
          .formatted(MediaTypes.OCI_MANIFEST, "0".repeat(64))
          .getBytes(UTF_8);

  static final byte[] BLOB = random();
  static final Descriptor DESCRIPTOR =
      Descriptor.of(MediaTypes.OCI_LAYER, Digest.of(BLOB), BLOB.length);

  private Samples() {}

  private static byte[] random() {
    byte[] bytes = new byte[300_000];
    new Random(9).nextBytes(bytes);
    return bytes;
  }
}
