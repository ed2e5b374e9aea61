package dev.wadah.layer;

import dev.wadah.oci.ChainId;
import dev.wadah.oci.DiffId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A root file system as layers; no layer is an empty root. Each layer lies on a stack, which is
 * shared with all that grow out of it, so that a layer more costs the same whatever is below, and
 * what is known of a stack can be kept for those that stand on it. A value: equal when the layers
 * are. Safe for threads.
 */
public final class LayerStack {
  public static final LayerStack EMPTY = new LayerStack(null, null);

  private final LayerStack below;
  private final DiffId top;
  private final int size;
  private final int hash;

  /** Null until somebody asks. */
  private volatile ChainId chain;

  private LayerStack(LayerStack below, DiffId top) {
    this.below = below;
    this.top = top;
    this.size = below == null ? 0 : below.size + 1;
    this.hash = below == null ? 1 : 31 * below.hash + top.hashCode();
  }

  /** The stack of these layers, lowest first. */
  public static LayerStack of(List<DiffId> layers) {
    LayerStack stack = EMPTY;
    for (DiffId layer : layers) {
      stack = stack.plus(layer);
    }
    return stack;
  }

  /** This stack with a layer on top. */
  public LayerStack plus(DiffId layer) {
    return new LayerStack(this, layer);
  }

  public boolean isEmpty() {
    return below == null;
  }

  public int size() {
    return size;
  }

  /** The highest layer; null of the empty stack. */
  public DiffId top() {
    return top;
  }

  /** What the highest layer lies on; null of the empty stack. */
  public LayerStack below() {
    return below;
  }

  /** The layers, lowest first; made anew by each call. */
  public List<DiffId> layers() {
    DiffId[] layers = new DiffId[size];
    LayerStack stack = this;
    for (int i = size - 1; i >= 0; i--) {
      layers[i] = stack.top;
      stack = stack.below;
    }
    return List.of(layers);
  }

  /** The identity of the stack; empty when it is. Worked out once for each layer. */
  public Optional<ChainId> chainId() {
    Deque<LayerStack> unknown = new ArrayDeque<>();
    LayerStack stack = this;
    for (; stack.below != null && stack.chain == null; stack = stack.below) {
      unknown.push(stack);
    }
    ChainId known = stack.chain;
    for (LayerStack next : unknown) {
      known = known == null ? ChainId.of(List.of(next.top)) : known.plus(next.top);
      next.chain = known;
    }
    return Optional.ofNullable(known);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LayerStack that
        && hash == that.hash
        && size == that.size
        && equal(this, that);
  }

  /** Down to the stack that both grow out of, if need be the empty one. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean equal(LayerStack one, LayerStack other) {
    while (one != other && one.top.equals(other.top)) {
      one = one.below;
      other = other.below;
    }
    return one == other;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return layers().toString();
  }
}
