package dev.wadah.build.exec;

import dev.wadah.build.files.FileActionException;
import dev.wadah.build.files.FileActions;
import dev.wadah.build.graph.Op;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.DiffId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** Makes the layer of a COPY, ADD or WORKDIR; no root file system is ever put together for it. */
final class FileRunner {
  private final LayerStore layers;

  FileRunner(LayerStore layers) {
    this.layers = layers;
  }

  /**
   * Makes the layer.
   *
   * @param progress hears now and then how many bytes are copied
   */
  DiffId run(Op.File op, List<VertexResult> inputs, LongConsumer progress)
      throws IOException, FileActionException {
    // A linked copy sees an empty root, so its layer fits on any other.
    LayerStack below =
        op.placement() == Op.Placement.LINKED
            ? LayerStack.EMPTY
            : ((VertexResult.Root) inputs.get(0)).layers();
    List<FileTree> trees = new ArrayList<>(inputs.size() - 1);
    for (VertexResult input : inputs.subList(1, inputs.size())) {
      trees.add(StepKeys.tree(layers, input));
    }
    return layers.write(FileActions.apply(layers.tree(below), trees, op.actions()), progress);
  }
}
