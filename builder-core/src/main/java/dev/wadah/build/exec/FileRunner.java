package dev.wadah.build.exec;

import dev.wadah.build.files.FileActionException;
import dev.wadah.build.files.FileActions;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.IndexSource;
import dev.wadah.layer.LayerIndex;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.layer.Listings;
import dev.wadah.oci.DiffId;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Makes the layer of a COPY, ADD or WORKDIR; no root file system is ever put together for it. */
final class FileRunner {
  private final LayerStore layers;
  private final IndexSource indexes;
  private final RootUses uses;

  /**
   * A runner.
   *
   * @param indexes asked of layers that this machine has never read
   */
  FileRunner(LayerStore layers, IndexSource indexes, RootUses uses) {
    this.layers = layers;
    this.indexes = indexes;
    this.uses = uses;
  }

  /**
   * Makes the layer.
   *
   * @param progress hears now and then how many bytes are copied
   */
  DiffId run(Vertex vertex, List<VertexResult> inputs, LongConsumer progress)
      throws IOException, FileActionException {
    long start = System.nanoTime();
    try {
      return write(vertex, inputs, progress);
    } finally {
      Profile.spent(Phase.WRITE, start); // an archive is unpacked before any of it is written
    }
  }

  private DiffId write(Vertex vertex, List<VertexResult> inputs, LongConsumer progress)
      throws IOException, FileActionException {
    Op.File op = (Op.File) vertex.op();
    List<FileTree> trees = new ArrayList<>(inputs.size() - 1);
    for (VertexResult input : inputs.subList(1, inputs.size())) {
      trees.add(StepKeys.tree(layers, input));
    }
    return layers.write(FileActions.apply(root(vertex, inputs), trees, op.actions()), progress);
  }

  /** Whether the base of a step is going to be unpacked, whatever the step itself needs of it. */
  boolean isUnpacked(Vertex vertex) {
    return uses.isUnpacked(vertex);
  }

  private FileTree root(Vertex vertex, List<VertexResult> inputs) throws IOException {
    if (((Op.File) vertex.op()).placement() == Op.Placement.LINKED) {
      // A linked copy sees an empty root, so its layer fits on any other.
      return layers.tree(LayerStack.EMPTY);
    }
    VertexResult.Root below = (VertexResult.Root) inputs.get(0);
    return uses.isUnpacked(vertex)
        ? layers.tree(below.layers())
        : layers.outline(
            below.layers(),
            below.listing().isPresent() ? new WithLists(indexes, layers.listings()) : indexes);
  }

  /** Lists count only where the root's key tells that they do. */
  private record WithLists(IndexSource indexes, Listings listings) implements IndexSource {
    @Override
    public Optional<LayerIndex> index(DiffId layer) throws IOException {
      Optional<LayerIndex> shared = indexes.index(layer);
      return shared.isPresent() ? shared : listings.index(layer);
    }
  }
}
