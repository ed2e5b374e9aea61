package dev.wadah.layer;

import dev.wadah.content.ContentStore;
import dev.wadah.oci.DiffId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Layers that we wrote as tars and that are not unpacked: they are looked at in those. */
final class OwnTars {
  /** From two thousand entries on. */
  private static final int LONG_TAR_MARKS = 2048 / TarMarks.STEP;

  private final LayerStore store;
  private final LayerTrees trees;
  private final LayerRecords records;
  private final ContentStore content;
  private final Map<DiffId, TarView> views = new ConcurrentHashMap<>();

  OwnTars(LayerStore store, LayerTrees trees, LayerRecords records, ContentStore content) {
    this.store = store;
    this.trees = trees;
    this.records = records;
    this.content = content;
  }

  /** What was learnt of a layer that is going to be removed. */
  void forget(DiffId layer) {
    views.remove(layer);
  }

  /** Whether the layer is a tar that we wrote, and not unpacked: its tar answers for it. */
  boolean has(DiffId layer) throws IOException {
    return views.containsKey(layer)
        || (trees.any(layer) == null && content.has(layer.digest()) && records.blob(layer) == null);
  }

  /** Keeps what was learnt of a tar while it was written, where it is long to read. */
  DiffId written(DiffId layer, TarMarks marks) throws IOException {
    if (marks.size() >= LONG_TAR_MARKS) {
      store.indexes().putMarks(layer, marks);
    }
    return layer;
  }

  TarView view(DiffId layer) throws IOException {
    TarView view = views.get(layer);
    if (view == null) {
      Path tar = content.path(layer.digest());
      TarMarks marks = store.indexes().marks(layer);
      view = new TarView(tar, marks == null ? TarView.scan(tar) : marks, linkIdentity(layer));
      views.put(layer, view);
    }
    return view;
  }

  /** Kernel inodes are positive as a rule; these are negative and differ from layer to layer. */
  static long linkIdentity(DiffId layer) {
    return Long.MIN_VALUE | Long.parseLong(layer.digest().hex().substring(0, 10), 16) << 22;
  }
}
