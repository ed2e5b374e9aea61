package dev.wadah.build;

import dev.wadah.build.exec.VertexResult;
import dev.wadah.build.graph.InstructionGraph.PlannedImage;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageConfig.History;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Completes a planned config with layers and times. Without an epoch, an entry has the time at
 * which its layer was made, and one without a layer that of the layer before it; so an image that
 * comes whole from the cache is the same image, byte for byte.
 *
 * @param planned the config
 * @param root the built root
 * @param epoch SOURCE_DATE_EPOCH
 */
record ResultConfig(PlannedImage planned, VertexResult.Root root, Optional<Instant> epoch) {

  ImageConfig toConfig() {
    List<History> history = history();
    return new ImageConfig(
        planned.platform(),
        created(history),
        planned.author(),
        planned.container(),
        root.layers().layers(),
        history);
  }

  private Optional<Instant> created(List<History> history) {
    if (epoch.isPresent()) {
      return epoch;
    }
    return history.isEmpty() ? Optional.empty() : history.get(history.size() - 1).created();
  }

  private List<History> history() {
    List<History> history = new ArrayList<>();
    int layer = 0;
    Optional<Instant> current = first();
    for (int i = 0; i < planned.history().size(); i++) {
      History entry = planned.history().get(i);
      if (i >= planned.inherited()) {
        if (!entry.emptyLayer() && layer < root.created().size()) {
          current = Optional.of(root.created().get(layer++));
        }
        entry = at(entry, epoch.isPresent() ? epoch : current);
      }
      history.add(entry);
    }
    return history;
  }

  /** The time of entries before the first new layer: that layer's, else the base's. */
  private Optional<Instant> first() {
    if (!root.created().isEmpty()) {
      return Optional.of(root.created().get(0));
    }
    Optional<Instant> last = Optional.empty();
    for (History entry : planned.history().subList(0, planned.inherited())) {
      last = entry.created().or(lastOf(last));
    }
    return last.isPresent() ? last : Optional.of(Instant.EPOCH);
  }

  private static java.util.function.Supplier<Optional<Instant>> lastOf(Optional<Instant> last) {
    return () -> last;
  }

  private static History at(History entry, Optional<Instant> time) {
    return new History(
        time, entry.createdBy(), entry.author(), entry.comment(), entry.emptyLayer());
  }
}
