package dev.wadah.layer;

import dev.wadah.oci.ChainId;
import dev.wadah.oci.DiffId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A root file system as layers, lowest first; no layer is an empty root.
 *
 * @param layers the diffIDs
 */
public record LayerStack(List<DiffId> layers) {
  public static final LayerStack EMPTY = new LayerStack(List.of());

  public LayerStack {
    layers = List.copyOf(layers);
  }

  public LayerStack plus(DiffId layer) {
    List<DiffId> more = new ArrayList<>(layers);
    more.add(layer);
    return new LayerStack(more);
  }

  public Optional<ChainId> chainId() {
    return layers.isEmpty() ? Optional.empty() : Optional.of(ChainId.of(layers));
  }
}
