package dev.wadah.layer;

import dev.wadah.content.ParallelTransfers;
import dev.wadah.layer.LayerRecords.Marks;
import dev.wadah.oci.DiffId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * A stack for those who ask for a few names in it. Layers are looked at from the top and only as
 * far as the questions go: an unpacked tree answers for itself, the index for a layer that is not
 * unpacked; where there is none, it is made of the layer's blob, which is fetched for that. The
 * deeper the questions go, the more blobs are fetched at once. A stack that needs none of that is
 * looked at as any other. Safe for threads.
 */
final class OutlineLayers implements MergedTree.Layers, Parts {
  private static final int MOST_AT_ONCE = 4;

  private final LayerStore store;
  private final OwnTars ownTars;
  private final StackedLayers stacked;
  private final LayerTrees trees;
  private final IndexSource more;
  private final List<LayerView> found = new ArrayList<>();

  /** What has not been looked at yet. */
  private LayerStack rest;

  private int atOnce = 1;

  OutlineLayers(
      LayerStore store,
      OwnTars ownTars,
      StackedLayers stacked,
      LayerTrees trees,
      LayerStack stack,
      IndexSource more) {
    this.store = store;
    this.ownTars = ownTars;
    this.stacked = stacked;
    this.trees = trees;
    this.more = more;
    this.rest = stack;
  }

  @Override
  public MergedTree.Opened open() throws IOException {
    MergedTree.Opened here = stacked.here(rest);
    return here == null ? new MergedTree.Opened(this, null) : here;
  }

  /** No layer that is made of a COPY says anything of the root directory, so nobody is asked. */
  @Override
  public FileNode root() {
    return UnpackedDirectories.MADE;
  }

  @Override
  public synchronized LayerView at(int index) throws IOException {
    while (found.size() <= index && !rest.isEmpty()) {
      LayerStack at = rest;
      rest = at.below();
      if (!at.top().equals(LayerStore.EMPTY)) {
        found.add(view(at));
      }
    }
    return index < found.size() ? found.get(index) : null;
  }

  /** The highest layer of a stack. */
  private LayerView view(LayerStack at) throws IOException {
    DiffId layer = at.top();
    if (ownTars.has(layer)) {
      TarView view = ownTars.view(layer);
      return last(view, view.hidesRoot());
    }
    LayerRecords.Tree tree = tree(at);
    if (tree != null) {
      return view(at, tree);
    }
    LayerIndex index = index(layer);
    if (index == null) {
      readAhead(at);
      tree = tree(at);
      index = tree == null ? index(layer) : null;
    }
    return index == null || hasLinksBelow(index, at)
        ? view(at, store.unpacked(at))
        : last(view(at, index), index.isOpaque("/"));
  }

  private LayerView view(LayerStack at, LayerRecords.Tree tree) throws IOException {
    return last(trees.view(at.top(), tree), tree.marks() == Marks.ROOT);
  }

  private LayerView view(LayerStack at, LayerIndex index) {
    DiffId layer = at.top();
    return new IndexView(
        index,
        OwnTars.linkIdentity(layer),
        store.outline(at.below(), more),
        () -> trees.view(layer, store.unpacked(at)));
  }

  /** Nothing is below a layer that hides everything. */
  private LayerView last(LayerView view, boolean hidesAll) {
    if (hidesAll) {
      rest = LayerStack.EMPTY;
    }
    return view;
  }

  /** The unpacked layer; null when it is not unpacked. */
  private LayerRecords.Tree tree(LayerStack at) throws IOException {
    return trees.find(at.top(), at.below());
  }

  private LayerIndex index(DiffId layer) throws IOException {
    LayerIndex own = store.indexes().find(layer);
    return own != null || store.isHere(layer) ? own : more.index(layer).orElse(null);
  }

  /** Where the layer puts files through a directory that is a link below, it must be unpacked. */
  private boolean hasLinksBelow(LayerIndex index, LayerStack at) throws IOException {
    if (index.asked().isEmpty()) {
      return false;
    }
    FileTree below = store.outline(at.below(), more);
    for (String path : index.asked()) {
      if (below.find(path).filter(FileNode::isSymlink).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** Makes the index of a layer, and of further ones that will be asked for next, as it seems. */
  private void readAhead(LayerStack at) throws IOException {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (LayerStack i = at; !i.isEmpty() && tasks.size() < atOnce; i = i.below()) {
      DiffId layer = i.top();
      boolean wanted = i.size() == at.size() || (isAbsent(i) && index(layer) == null);
      if (wanted) {
        tasks.add(
            store
                .fetches()
                .heard(
                    () -> {
                      store.readIndex(layer);
                      return null;
                    }));
      }
    }
    atOnce = Math.min(atOnce * 2, MOST_AT_ONCE);
    ParallelTransfers.run(tasks);
  }

  private boolean isAbsent(LayerStack at) throws IOException {
    DiffId layer = at.top();
    return !layer.equals(LayerStore.EMPTY) && !ownTars.has(layer) && tree(at) == null;
  }
}
