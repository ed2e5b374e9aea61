package dev.wadah.build;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.layer.LayerStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tells the user what RUN and the exporters do not find of a base, because it was not unpacked. */
final class LayerWarnings {
  private LayerWarnings() {}

  /** {@code others}, and a warning for what was left out since the last call. */
  static List<Diagnostic> added(LayerStore layers, List<Diagnostic> others) {
    List<String> remarks = layers.takeRemarks();
    if (remarks.isEmpty()) {
      return others;
    }
    List<Diagnostic> all = new ArrayList<>(others);
    for (String remark : remarks) {
      all.add(
          new Diagnostic(
              "layer-incomplete",
              Diagnostic.Severity.WARNING,
              remark,
              Optional.empty(),
              Optional.empty(),
              "the layer itself stays as it is in the image; only what is unpacked here lacks them",
              "run wadah as root, with its store on ext4, xfs or btrfs, where they are needed",
              ""));
    }
    return all;
  }
}
