package dev.wadah.layer.toc;

import dev.wadah.content.DigestMismatchException;
import dev.wadah.layer.Compression;
import dev.wadah.layer.LayerIndex;
import dev.wadah.layer.Listings.Listing;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * The list of a zstd:chunked layer: a zstd frame within a skippable frame, whose place and digest
 * stand in annotations (containers/storage, pkg/chunked, "manifest-position" and
 * "manifest-checksum").
 */
final class ChunkedListing implements Listing {
  static final String POSITION = "io.github.containers.zstd-chunked.manifest-position";
  static final String CHECKSUM = "io.github.containers.zstd-chunked.manifest-checksum";

  /** The kind of list that the JSON of {@link FileTable} is. */
  private static final String CRFS = "1";

  private final Descriptor layer;
  private final Digest digest;
  private final long offset;
  private final int length;
  private final SeekableLayers.Parts parts;

  private ChunkedListing(
      Descriptor layer, Digest digest, long offset, int length, SeekableLayers.Parts parts) {
    this.layer = SeekableLayers.described(layer);
    this.digest = digest;
    this.offset = offset;
    this.length = length;
    this.parts = parts;
  }

  /** The list of a layer; empty when its annotations are others, or make no sense. */
  static Optional<Listing> of(Descriptor layer, SeekableLayers.Parts parts) {
    String checksum = layer.annotations().getOrDefault(CHECKSUM, "");
    String[] place = layer.annotations().getOrDefault(POSITION, "").split(":", -1);
    if (place.length != 4 || !place[3].equals(CRFS)) {
      return Optional.empty();
    }
    try {
      long offset = Long.parseLong(place[0]);
      long length = Long.parseLong(place[1]);
      boolean inside = offset > 0 && length > 0 && length <= layer.sizeBytes() - offset;
      return inside && length <= SeekableLayers.MOST_STORED_BYTES
          ? Optional.of(
              new ChunkedListing(layer, Digest.parse(checksum), offset, (int) length, parts))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // numbers or a digest that are none: an ordinary layer
    }
  }

  @Override
  public Digest digest() {
    return digest;
  }

  @Override
  public Descriptor layer() {
    return layer;
  }

  @Override
  public LayerIndex read() throws IOException {
    byte[] stored = parts.read(offset, length);
    Digest actual = Digest.of(stored);
    if (!actual.equals(digest)) {
      throw new DigestMismatchException("a layer's list of files", digest, actual);
    }
    byte[] json;
    try (InputStream in = Compression.ZSTD.open(new ByteArrayInputStream(stored))) {
      json = in.readNBytes(SeekableLayers.MOST_BYTES);
    }
    return new ListedIndex(Compression.ZSTD, parts, offset).of(json, List.of());
  }
}
