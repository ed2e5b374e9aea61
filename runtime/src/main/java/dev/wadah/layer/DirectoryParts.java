package dev.wadah.layer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The layers of one directory, found among those of its parent as far as they are asked for. */
final class DirectoryParts implements Parts {
  private final Parts above;
  private final String path;
  private LayerView first;
  private List<LayerView> others = List.of();
  private int next;
  private boolean hides;
  private PartNames names;

  DirectoryParts(Parts above, String path) {
    this.above = above;
    this.path = path;
  }

  @Override
  public synchronized LayerView at(int index) throws IOException {
    while (next >= 0 && (first == null || others.size() < index)) {
      LayerView layer = above.at(next++);
      if (layer == null) {
        next = -1;
        hides = above.hidesBelow();
      } else {
        look(layer);
      }
    }
    return index == 0 ? first : index <= others.size() ? others.get(index - 1) : null;
  }

  private void look(LayerView layer) throws IOException {
    FileNode node = layer.find(path);
    if (node == null) {
      return;
    }
    if (!node.isDirectory()) {
      hide(); // what is below it, be it a whiteout or a file
      return;
    }
    // Most directories come from one layer only.
    if (first == null) {
      first = layer;
    } else {
      others = others.isEmpty() ? new ArrayList<>() : others;
      others.add(layer);
    }
    if (layer.isOpaque(path)) {
      hide();
    }
  }

  private void hide() {
    next = -1;
    hides = true;
  }

  @Override
  public synchronized boolean hidesBelow() {
    return hides;
  }

  @Override
  public FileNode find(String file) throws IOException {
    PartNames known = names();
    return known == null ? Parts.super.find(file) : known.find(file);
  }

  /** Null where it is better to ask each layer; asking may not open more than it has to. */
  private synchronized PartNames names() throws IOException {
    if (next >= 0 || !PartNames.areWorth(others.size())) {
      return null;
    }
    if (names == null) {
      names = new PartNames(path);
    }
    return names.areOf(this) ? names : null;
  }
}
