package dev.wadah.layer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer where it lies in a stack, with those that show below it. Shared by all stacks that grow
 * out of there, so what is learnt of one is known of the others. Safe for threads.
 */
final class StackedLayer {
  /**
   * Every so many layers there is a tree of all below, which the trees of higher layers have in
   * common: none asks more layers than these itself.
   */
  private static final int SHARED = 32;

  private final LayerView view;
  private final Path directory;
  private final FileNode root;
  private final StackedLayer below;
  private final int depth;
  private final boolean unpacked;

  /** Null until it is needed. */
  private MergedTree shared;

  /**
   * A layer.
   *
   * @param directory where it is unpacked; null when it is not
   * @param root what the layer says of the root directory; null for nothing
   * @param below null when it is the lowest, or hides all below it
   */
  StackedLayer(LayerView view, Path directory, FileNode root, StackedLayer below) {
    this.view = view;
    this.directory = directory;
    this.below = below;
    this.root = root != null || below == null ? root : below.root;
    this.depth = below == null ? 1 : below.depth + 1;
    this.unpacked = directory != null && (below == null || below.unpacked);
  }

  /** Whether all down from here are unpacked. */
  boolean isUnpacked() {
    return unpacked;
  }

  /** What the layers say of the root directory; null for nothing. */
  FileNode root() {
    return root;
  }

  /** Where the layers are unpacked, highest first. */
  List<Path> directories() {
    List<Path> directories = new ArrayList<>(depth);
    for (StackedLayer layer = this; layer != null; layer = layer.below) {
      directories.add(layer.directory);
    }
    return directories;
  }

  /** The layers, highest first. */
  List<LayerView> views() {
    return views(null);
  }

  private List<LayerView> views(StackedLayer end) {
    List<LayerView> views = new ArrayList<>();
    for (StackedLayer layer = this; layer != end; layer = layer.below) {
      views.add(layer.view);
    }
    return views;
  }

  /** The layers as those of a tree. */
  MergedTree.Opened open() {
    StackedLayer base = below;
    while (base != null && base.depth % SHARED != 0) {
      base = base.below;
    }
    return new MergedTree.Opened(
        new Parts.KnownParts(views(base)), base == null ? null : base.shared());
  }

  private synchronized MergedTree shared() {
    if (shared == null) {
      shared = new MergedTree(new Down());
    }
    return shared;
  }

  /** All down from here. */
  private final class Down implements MergedTree.Layers {
    @Override
    public MergedTree.Opened open() {
      return StackedLayer.this.open();
    }

    @Override
    public FileNode root() {
      return root == null ? UnpackedDirectories.MADE : root;
    }
  }
}
