package dev.wadah.layer.toc;

import dev.wadah.layer.Listings.Listing;
import dev.wadah.oci.Descriptor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Tells by the annotations of a layer's descriptor whether it carries a list of its files. */
public final class SeekableLayers {
  /** The largest list that is fetched: 16 MiB. */
  static final int MOST_STORED_BYTES = 16 << 20;

  /** The largest list, uncompressed: 64 MiB, for 250,000 files. */
  static final int MOST_BYTES = 64 << 20;

  /** How the annotations begin that are about a list. */
  private static final List<String> PREFIXES =
      List.of(
          "containerd.io/snapshot/stargz/",
          "io.containers.estargz.",
          "io.github.containers.zstd-chunked.");

  private SeekableLayers() {}

  /** Gives bytes out of the middle of a blob. */
  @FunctionalInterface
  public interface Parts {
    /**
     * Reads a part.
     *
     * @param offset of its first byte, 0-based
     * @param length all of these bytes are in the blob
     * @throws IOException if they cannot be had
     */
    byte[] read(long offset, int length) throws IOException;
  }

  /** The layer with what its descriptor says of the list, and nothing else. */
  static Descriptor described(Descriptor layer) {
    Map<String, String> annotations = new TreeMap<>(layer.annotations());
    annotations
        .keySet()
        .removeIf(key -> PREFIXES.stream().noneMatch(prefix -> key.startsWith(prefix)));
    return Descriptor.of(layer.mediaType(), layer.digest(), layer.sizeBytes())
        .withAnnotations(annotations);
  }

  /** The form of a layer as its descriptor says; empty when that names no list. */
  public static Optional<SeekableForm> form(Descriptor layer) {
    if (layer.annotations().containsKey(ChunkedListing.POSITION)) {
      return Optional.of(SeekableForm.ZSTD_CHUNKED);
    }
    return layer.annotations().containsKey(StargzListing.ANNOTATION)
        ? Optional.of(SeekableForm.ESTARGZ)
        : Optional.empty();
  }

  /** The list of a layer's files; empty when its descriptor names none. */
  public static Optional<Listing> listing(Descriptor layer, Parts parts) {
    Optional<Listing> chunked = ChunkedListing.of(layer, parts);
    return chunked.isPresent() ? chunked : StargzListing.of(layer, parts);
  }
}
