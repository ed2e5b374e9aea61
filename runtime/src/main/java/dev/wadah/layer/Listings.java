package dev.wadah.layer;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lists of files that come with layers and are vouched for by the manifest of an image, not by the
 * diffID: nobody can tell whether the layer really holds what its list says before it is read. So a
 * list is believed for images only whose manifest names it, a root that is looked at through one is
 * another root than that of the same layers without it, and what is read of a list is kept under
 * the list's digest. Safe for threads.
 */
public final class Listings {
  private final LayerIndexes indexes;
  private final Map<DiffId, Optional<Listing>> claims = new ConcurrentHashMap<>();

  Listings(LayerIndexes indexes) {
    this.indexes = indexes;
  }

  /** A list of the files of one layer. */
  public interface Listing {
    /** The digest by which the manifest names it. */
    Digest digest();

    /** The layer's blob, with those annotations that are about the list. */
    Descriptor layer();

    /**
     * Fetches it.
     *
     * @throws IOException if it cannot be had, is another than the manifest says, or makes no sense
     */
    LayerIndex read() throws IOException;
  }

  /**
   * Says what an image's manifest says of a layer. Where images contradict each other, no list of
   * that layer is believed any more.
   *
   * @param listing empty when the manifest names none
   */
  public synchronized void claim(DiffId layer, Optional<Listing> listing) {
    Optional<Listing> old = claims.putIfAbsent(layer, listing);
    boolean other =
        old != null
            && old.isPresent()
            && (listing.isEmpty() || !listing.get().digest().equals(old.get().digest()));
    if (other) {
      claims.put(layer, Optional.empty());
    }
  }

  /**
   * What the manifest of an image that has this layer shall say of its list: what the manifests say
   * that it was taken from, if they all say the same, and of this blob.
   */
  public Map<String, String> annotations(DiffId layer, Digest blob) {
    Optional<Listing> claim = claims.getOrDefault(layer, Optional.empty());
    if (claim.isEmpty()) {
      return Map.of();
    }
    Descriptor known = claim.get().layer();
    return known.digest().equals(blob) ? known.annotations() : Map.of();
  }

  /** What a root depends on besides its layers: the lists of them; empty when there are none. */
  public Optional<Digest> digest(LayerStack stack) {
    StringBuilder all = new StringBuilder();
    for (DiffId layer : stack.layers()) {
      Optional<Listing> listing = claims.getOrDefault(layer, Optional.empty());
      if (listing.isPresent()) {
        all.append(layer).append(' ').append(listing.get().digest()).append('\n');
      }
    }
    return all.length() == 0
        ? Optional.empty()
        : Optional.of(Digest.of(all.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /** The index that a layer's list gives; empty when it has none, or none that is of use. */
  public Optional<LayerIndex> index(DiffId layer) throws IOException {
    Optional<Listing> listing = claims.getOrDefault(layer, Optional.empty());
    if (listing.isEmpty()) {
      return Optional.empty();
    }
    String name = "list-" + listing.get().digest().hex();
    LayerIndex known = indexes.find(name);
    if (known != null) {
      return Optional.of(known);
    }
    try {
      LayerIndex read = listing.get().read();
      indexes.put(name, read);
      return Optional.of(read);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      // As good as none: the layer itself is fetched, and tells what is wrong, if anything is.
      claims.put(layer, Optional.empty());
      return Optional.empty();
    }
  }
}
