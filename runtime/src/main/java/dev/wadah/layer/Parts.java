package dev.wadah.layer;

import java.io.IOException;
import java.util.List;

/** The layers that something comes from, highest first; those at the end may be opened late. */
interface Parts {
  /** A layer, counted from 0, the highest; null when there are fewer. */
  LayerView at(int index) throws IOException;

  /** Whether they hide what a tree below has there. Only when {@link #at} has given null. */
  default boolean hidesBelow() {
    return false;
  }

  /** What the highest says that says anything of a file in the directory; null for nothing. */
  default FileNode find(String path) throws IOException {
    LayerView layer;
    for (int i = 0; (layer = at(i)) != null; i++) {
      FileNode node = layer.find(path);
      if (node != null) {
        return node;
      }
    }
    return null;
  }

  /** Layers that are open; no lambda, since linking one takes longer than most look-ups. */
  final class KnownParts implements Parts {
    private final List<LayerView> views;
    private final PartNames names = new PartNames("/");

    KnownParts(List<LayerView> views) {
      this.views = views;
    }

    @Override
    public LayerView at(int index) {
      return index < views.size() ? views.get(index) : null;
    }

    @Override
    public FileNode find(String path) throws IOException {
      return PartNames.areWorth(views.size()) && names.areOf(this)
          ? names.find(path)
          : Parts.super.find(path);
    }
  }
}
