package dev.wadah.layer;

import dev.wadah.posix.PathBytes;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Layers seen as overlay would show them. Remembers for every directory which layers it comes from,
 * so that a look-up asks only those. Layers are opened at the first question: a tree that nobody
 * asks costs nothing. Safe for threads; layers never change.
 */
final class MergedTree implements FileTree {
  private static final List<LayerView> NOWHERE = List.of();

  private final Layers layers;
  private final Map<String, List<LayerView>> directories = new HashMap<>();
  private FileNode root;

  /** The tree of the layers that {@code layers} opens. */
  MergedTree(Layers layers) {
    this.layers = layers;
  }

  /** Opens the layers of a tree. */
  interface Layers {
    /** Highest first; ends with a layer that hides everything below it. */
    List<LayerView> open() throws IOException;

    /** The root directory's attributes. */
    FileNode root() throws IOException;
  }

  @Override
  public Optional<FileNode> find(String path) throws IOException {
    if (path.equals("/")) {
      return Optional.of(root());
    }
    for (LayerView layer : directory(parent(path))) {
      FileNode node = layer.find(path);
      if (node != null) {
        return node.equals(LayerView.WHITEOUT) ? Optional.empty() : Optional.of(node);
      }
    }
    return Optional.empty();
  }

  @Override
  public List<String> list(String path) throws IOException {
    List<LayerView> parts = directory(path);
    if (parts.size() == 1 && !parts.get(0).hidesAnything()) {
      String[] names = parts.get(0).names(path);
      Arrays.sort(names, PathBytes::compare);
      return Arrays.asList(names);
    }
    TreeSet<String> names = new TreeSet<>(PathBytes::compare);
    for (int i = parts.size() - 1; i >= 0; i--) {
      LayerView layer = parts.get(i);
      for (String name : layer.names(path)) {
        if (layer.hidesAnything() && LayerView.WHITEOUT.equals(layer.find(child(path, name)))) {
          names.remove(name);
        } else {
          names.add(name);
        }
      }
    }
    return new ArrayList<>(names);
  }

  @Override
  public InputStream open(String path) throws IOException {
    return holder(path).open(path);
  }

  @Override
  public Optional<Path> hostPath(String path) throws IOException {
    return holder(path).hostPath(path);
  }

  /** The layer that a file's content is in. */
  private LayerView holder(String path) throws IOException {
    for (LayerView layer : directory(parent(path))) {
      FileNode node = layer.find(path);
      if (node != null && node.isFile()) {
        return layer;
      }
      if (node != null) {
        break;
      }
    }
    throw new FileNotFoundException(path + " is no regular file of the image");
  }

  private synchronized FileNode root() throws IOException {
    if (root == null) {
      root = layers.root();
    }
    return root;
  }

  /** The layers that a directory's files come from, highest first; none when it is no directory. */
  private synchronized List<LayerView> directory(String path) throws IOException {
    List<LayerView> known = directories.get(path);
    if (known == null) {
      known = path.equals("/") ? layers.open() : findDirectory(path);
      directories.put(path, known);
    }
    return known;
  }

  private List<LayerView> findDirectory(String path) throws IOException {
    List<LayerView> parts = NOWHERE;
    for (LayerView layer : directory(parent(path))) {
      FileNode node = layer.find(path);
      if (node == null) {
        continue;
      }
      if (!node.isDirectory()) {
        break; // hides what is below it, be it a whiteout or a file
      }
      // Most directories come from one layer only.
      if (parts.isEmpty()) {
        parts = Collections.singletonList(layer);
      } else {
        parts = parts.size() == 1 ? new ArrayList<>(parts) : parts;
        parts.add(layer);
      }
      if (layer.isOpaque(path)) {
        break;
      }
    }
    return parts;
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash == 0 ? "/" : path.substring(0, slash);
  }

  private static String child(String path, String name) {
    return path.equals("/") ? "/" + name : path + "/" + name;
  }
}
