package dev.wadah.layer;

import dev.wadah.content.ContentStore;
import dev.wadah.layer.LayerRecords.Marks;
import dev.wadah.oci.DiffId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Opens the layers of a stack for a {@link MergedTree}: as trees, as tars, or by their indexes. */
final class StackViews {
  /** From two thousand entries on. */
  private static final int LONG_TAR_MARKS = 2048 / TarMarks.STEP;

  private final LayerStore store;
  private final LayerTrees trees;
  private final LayerRecords records;
  private final ContentStore content;
  private final Map<DiffId, TarView> tarViews = new ConcurrentHashMap<>();

  StackViews(LayerStore store, LayerTrees trees, LayerRecords records, ContentStore content) {
    this.store = store;
    this.trees = trees;
    this.records = records;
    this.content = content;
  }

  /** What was learnt of a layer that is going to be removed. */
  void forget(DiffId layer) {
    tarViews.remove(layer);
  }

  /** Whether the layer is a tar that we wrote, and not unpacked: its tar answers for it. */
  boolean isOwnTar(DiffId layer) throws IOException {
    return tarViews.containsKey(layer)
        || (trees.any(layer) == null && content.has(layer.digest()) && records.blob(layer) == null);
  }

  /** Keeps what was learnt of a tar while it was written, where it is long to read. */
  DiffId written(DiffId layer, TarMarks marks) throws IOException {
    if (marks.size() >= LONG_TAR_MARKS) {
      store.indexes().putMarks(layer, marks);
    }
    return layer;
  }

  TarView tarView(DiffId layer) throws IOException {
    TarView view = tarViews.get(layer);
    if (view == null) {
      Path tar = content.path(layer.digest());
      TarMarks marks = store.indexes().marks(layer);
      view = new TarView(tar, marks == null ? TarView.scan(tar) : marks, linkIdentity(layer));
      tarViews.put(layer, view);
    }
    return view;
  }

  /** Kernel inodes are positive as a rule; these are negative and differ from layer to layer. */
  static long linkIdentity(DiffId layer) {
    return Long.MIN_VALUE | Long.parseLong(layer.digest().hex().substring(0, 10), 16) << 22;
  }

  /** All of a stack, unpacked at the first question. */
  MergedTree.Layers whole(LayerStack stack) {
    return new Whole(stack);
  }

  private final class Whole implements MergedTree.Layers {
    private final LayerStack stack;

    Whole(LayerStack stack) {
      this.stack = stack;
    }

    @Override
    public MergedTree.Parts open() throws IOException {
      List<LayerView> views = new ArrayList<>();
      for (int i = stack.layers().size() - 1; i >= 0; i--) {
        DiffId layer = stack.layers().get(i);
        if (!layer.equals(LayerStore.EMPTY) && addView(layer, i, views)) {
          break;
        }
      }
      return MergedTree.Parts.of(views);
    }

    /** True when the layer hides everything below it. */
    private boolean addView(DiffId layer, int at, List<LayerView> views) throws IOException {
      LayerTrees.Known known = trees.known(layer);
      if (known != null && !tarViews.containsKey(layer)) {
        views.add(known.view());
        return known.tree().marks() == Marks.ROOT;
      }
      if (isOwnTar(layer)) {
        TarView view = tarView(layer);
        views.add(view);
        return view.hidesRoot();
      }
      LayerRecords.Tree tree = store.unpacked(stack, at);
      views.add(trees.view(stack.layers().get(at), tree));
      return tree.marks() == Marks.ROOT;
    }

    @Override
    public FileNode root() throws IOException {
      for (int i = stack.layers().size() - 1; i >= 0; i--) {
        DiffId layer = stack.layers().get(i);
        if (!layer.equals(LayerStore.EMPTY)) {
          FileNode root = root(layer, i);
          if (root != null) {
            return root;
          }
        }
      }
      return UnpackedDirectories.MADE;
    }

    /** What a layer says of the root directory; null for nothing, as do all tars of ours. */
    private FileNode root(DiffId layer, int at) throws IOException {
      LayerTrees.Known known = trees.known(layer);
      if (known != null) {
        return known.tree().root();
      }
      return isOwnTar(layer) ? null : store.unpacked(stack, at).root();
    }
  }
}
