package dev.wadah.layer.toc;

import dev.wadah.content.DigestMismatchException;
import dev.wadah.layer.Compression;
import dev.wadah.layer.LayerIndex;
import dev.wadah.layer.Listings.Listing;
import dev.wadah.layer.tar.InvalidLayerException;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarReader;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The list of an eStargz layer: the last file of the tar, in a gzip member of its own, whose offset
 * stands in the layer's last 51 bytes (stargz-snapshotter, estargz.md "Footer").
 */
final class StargzListing implements Listing {
  static final String ANNOTATION = "containerd.io/snapshot/stargz/toc.digest";

  /** Name of the list in the tar. */
  static final String FILE = "stargz.index.json";

  static final int FOOTER_BYTES = 51;

  /** A list takes about a fiftieth of a layer; all of it comes in the first request as a rule. */
  private static final int TAIL_PART = 32;

  private static final int LEAST_TAIL_BYTES = 1 << 16;
  private static final int EXTRA_AT = 12;
  private static final byte[] GZIP_WITH_EXTRA = {0x1F, (byte) 0x8B, 8, 4};

  private final Descriptor layer;
  private final Digest digest;
  private final long sizeBytes;
  private final SeekableLayers.Parts parts;

  private StargzListing(Descriptor layer, Digest digest, SeekableLayers.Parts parts) {
    this.layer = SeekableLayers.described(layer);
    this.digest = digest;
    this.sizeBytes = layer.sizeBytes();
    this.parts = parts;
  }

  /** The list of a layer; empty when its annotations are others, or make no sense. */
  static Optional<Listing> of(Descriptor layer, SeekableLayers.Parts parts) {
    String text = layer.annotations().get(ANNOTATION);
    if (text == null || layer.sizeBytes() <= FOOTER_BYTES) {
      return Optional.empty();
    }
    try {
      return Optional.of(new StargzListing(layer, Digest.parse(text), parts));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // a digest that is none: an ordinary layer
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
    long wanted = Math.max(LEAST_TAIL_BYTES, sizeBytes / TAIL_PART);
    int length = (int) Math.min(sizeBytes, Math.min(wanted, SeekableLayers.MOST_STORED_BYTES));
    byte[] tail = parts.read(sizeBytes - length, length);
    long offset = offset(tail);
    long list = sizeBytes - FOOTER_BYTES - offset;
    if (offset <= 0 || list <= 0 || list > SeekableLayers.MOST_STORED_BYTES) {
      throw new InvalidLayerException("a list of files at %d".formatted(offset));
    }
    int known = (int) Math.max(0, offset - (sizeBytes - length));
    byte[] stored = Arrays.copyOfRange(tail, known, length - FOOTER_BYTES);
    if (stored.length < list) {
      byte[] before = parts.read(offset, (int) list - stored.length);
      byte[] whole = Arrays.copyOf(before, (int) list);
      System.arraycopy(stored, 0, whole, before.length, stored.length);
      stored = whole;
    }
    return index(stored, offset);
  }

  /** Offset of the list, in 16 hex digits of the footer. */
  private static long offset(byte[] tail) throws InvalidLayerException {
    byte[] footer = Arrays.copyOfRange(tail, tail.length - FOOTER_BYTES, tail.length);
    String extra =
        new String(footer, EXTRA_AT, 4 + 16 + 6, StandardCharsets.ISO_8859_1); // SG, length
    boolean right =
        Arrays.equals(footer, 0, 4, GZIP_WITH_EXTRA, 0, 4)
            && extra.startsWith("SG\26\0")
            && extra.endsWith("STARGZ");
    try {
      if (right) {
        return Long.parseLong(extra.substring(4, 20), 16);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new InvalidLayerException("the end of the layer is no footer of eStargz");
  }

  private LayerIndex index(byte[] stored, long offset) throws IOException {
    try (TarReader tar = new TarReader(Compression.GZIP.open(new ByteArrayInputStream(stored)))) {
      TarEntry file = tar.next();
      if (file == null
          || !file.name().equals(FILE)
          || file.sizeBytes() > SeekableLayers.MOST_BYTES) {
        throw new InvalidLayerException("no %s where the footer says".formatted(FILE));
      }
      byte[] json = tar.content().readAllBytes();
      Digest actual = Digest.of(json);
      if (!actual.equals(digest)) {
        throw new DigestMismatchException("a layer's list of files", digest, actual);
      }
      // who unpacks the layer gets the list as a file, which is not listed
      return new ListedIndex(Compression.GZIP, parts, offset).of(json, List.of(file));
    }
  }
}
