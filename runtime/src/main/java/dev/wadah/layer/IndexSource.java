package dev.wadah.layer;

import dev.wadah.oci.DiffId;
import java.io.IOException;
import java.util.Optional;

/** Where the index of a layer may come from that this machine has never read. */
@FunctionalInterface
public interface IndexSource {
  /** Nobody has any. */
  IndexSource NONE = layer -> Optional.empty();

  /**
   * The index of a layer, which the caller believes; empty when there is none.
   *
   * @throws java.io.InterruptedIOException if the thread is interrupted
   */
  Optional<LayerIndex> index(DiffId layer) throws IOException;
}
