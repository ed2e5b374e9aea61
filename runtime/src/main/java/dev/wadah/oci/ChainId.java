package dev.wadah.oci;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The identity of a stack of layers (image-spec config.md "Layer ChainID").
 *
 * @param digest the digest of the chain
 */
public record ChainId(Digest digest) {
  /**
   * The chain of these layers, lowest first.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static ChainId of(List<DiffId> layers) {
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("a chain needs at least one layer");
    }
    ChainId chain = new ChainId(layers.get(0).digest());
    for (DiffId layer : layers.subList(1, layers.size())) {
      chain = chain.plus(layer);
    }
    return chain;
  }

  /** The chain with one more layer on top. */
  public ChainId plus(DiffId layer) {
    String text = digest.toString().concat(" ").concat(layer.toString());
    return new ChainId(Digest.of(text.getBytes(StandardCharsets.US_ASCII)));
  }

  @Override
  public String toString() {
    return digest.toString();
  }
}
