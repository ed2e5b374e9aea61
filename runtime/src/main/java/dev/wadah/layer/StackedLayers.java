package dev.wadah.layer;

import dev.wadah.content.Store;
import dev.wadah.layer.LayerRecords.Marks;
import dev.wadah.layer.LayerRecords.Tree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the layers of stacks: their trees, or tars that answer for themselves. What was found under
 * a lease stays as long as that is held, and is kept for the stacks that grow out of it: a step
 * asks for the layers that are new, however many lie below, in a JVM that has not compiled anything
 * yet. Safe for threads.
 */
final class StackedLayers {
  private final Store store;
  private final LayerTrees trees;
  private final OwnTars ownTars;
  private final Unpacking unpacking;
  private final Map<LayerStack, StackedLayer> found = new HashMap<>();

  /** Under which they were found. */
  private long lease;

  StackedLayers(Store store, LayerTrees trees, OwnTars ownTars, Unpacking unpacking) {
    this.store = store;
    this.trees = trees;
    this.ownTars = ownTars;
    this.unpacking = unpacking;
  }

  /** What a stack is found for. */
  private enum Use {
    LOOKING,

    /** As long as nothing has to be unpacked for it. */
    LOOKING_AT_ONCE,
    MOUNTING
  }

  /**
   * A layer on its way.
   *
   * @param view null when it holds nothing
   * @param isLast whether it hides everything below
   */
  private record Next(
      LayerStack stack, LayerView view, Path directory, FileNode root, boolean isLast) {}

  /** The directories of a stack, highest first; ends with one that hides everything below. */
  List<Path> directories(LayerStack stack) throws IOException {
    StackedLayer top = find(stack, Use.MOUNTING);
    return top == null ? List.of() : top.directories();
  }

  /** The layers of a stack, highest first. */
  List<LayerView> views(LayerStack stack) throws IOException {
    StackedLayer top = find(stack, Use.LOOKING);
    return top == null ? List.of() : top.views();
  }

  /** The layers of a stack as those of a tree; null when one of them must be unpacked for it. */
  MergedTree.Opened here(LayerStack stack) throws IOException {
    StackedLayer top = find(stack, Use.LOOKING_AT_ONCE);
    return top == null ? null : top.open();
  }

  /** All of a stack, found at the first question. */
  MergedTree.Layers whole(LayerStack stack) {
    return new Whole(stack);
  }

  private final class Whole implements MergedTree.Layers {
    private final LayerStack stack;

    Whole(LayerStack stack) {
      this.stack = stack;
    }

    @Override
    public MergedTree.Opened open() throws IOException {
      StackedLayer top = find(stack, Use.LOOKING);
      return top == null
          ? new MergedTree.Opened(new Parts.KnownParts(List.of()), null)
          : top.open();
    }

    @Override
    public FileNode root() throws IOException {
      StackedLayer top = find(stack, Use.LOOKING);
      return top == null || top.root() == null ? UnpackedDirectories.MADE : top.root();
    }
  }

  /**
   * The highest layer of a stack that holds anything; null when there is none, or it cannot be
   * looked at as asked. Goes down as far as nothing is known yet and nothing hides what is below,
   * and up again.
   */
  private StackedLayer find(LayerStack stack, Use use) throws IOException {
    long since = store.leases().current();
    Deque<Next> unknown = new ArrayDeque<>();
    StackedLayer layer = null;
    for (LayerStack at = stack; !at.isEmpty(); at = at.below()) {
      layer = known(at, use, since);
      if (layer != null) {
        break;
      }
      Next next = next(at, use);
      if (next == null) {
        return null;
      }
      unknown.push(next);
      if (next.isLast()) {
        break;
      }
    }
    for (Next next : unknown) {
      if (next.view() != null) {
        layer = new StackedLayer(next.view(), next.directory(), next.root(), layer);
      }
      keep(next.stack(), layer, since);
    }
    return layer;
  }

  private synchronized StackedLayer known(LayerStack stack, Use use, long since) {
    if (lease != since) {
      found.clear();
      lease = since;
    }
    StackedLayer layer = found.get(stack);
    return layer != null && (use != Use.MOUNTING || layer.isUnpacked()) ? layer : null;
  }

  private synchronized void keep(LayerStack stack, StackedLayer layer, long since) {
    if (layer != null && since != 0 && lease == since) {
      found.put(stack, layer);
    }
  }

  /** What was learnt of layers of which one is going to be removed. */
  synchronized void forget() {
    found.clear();
    lease = 0; // so that what is being found just now is not kept
  }

  /** The highest layer of a stack; null when it cannot be looked at as asked. */
  private Next next(LayerStack at, Use use) throws IOException {
    if (at.top().equals(LayerStore.EMPTY)) {
      return new Next(at, null, null, null, false);
    }
    if (use != Use.MOUNTING && ownTars.has(at.top())) {
      TarView view = ownTars.view(at.top());
      return new Next(at, view, null, null, view.hidesRoot());
    }
    Tree tree = use == Use.LOOKING_AT_ONCE ? trees.find(at.top(), at.below()) : unpacking.tree(at);
    if (tree == null) {
      return null;
    }
    boolean last = tree.marks() == Marks.ROOT;
    return new Next(at, trees.view(at.top(), tree), trees.path(tree), tree.root(), last);
  }
}
