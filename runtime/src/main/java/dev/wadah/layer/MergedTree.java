package dev.wadah.layer;

import dev.wadah.posix.PathBytes;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
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
  /** Steps down at once from which on one is taken after the other. */
  private static final int DEEP = 256;

  private final Layers layers;
  private final Map<String, Parts> directories = new HashMap<>();
  private FileNode root;

  /** The tree of the layers that {@code layers} opens. */
  MergedTree(Layers layers) {
    this.layers = layers;
  }

  /** Opens the layers of a tree. */
  interface Layers {
    /** Ends with a layer that hides everything below it. */
    Parts open() throws IOException;

    /** The root directory's attributes. */
    FileNode root() throws IOException;
  }

  /** The layers that something comes from, highest first; those at the end may be opened late. */
  interface Parts {
    /** A layer, counted from 0, the highest; null when there are fewer. */
    LayerView at(int index) throws IOException;

    static Parts of(List<LayerView> views) {
      return new KnownParts(views);
    }
  }

  /** Layers that are open; no lambda, since linking one takes longer than most look-ups. */
  private record KnownParts(List<LayerView> views) implements Parts {
    @Override
    public LayerView at(int index) {
      return index < views.size() ? views.get(index) : null;
    }
  }

  @Override
  public Optional<FileNode> find(String path) throws IOException {
    if (path.equals("/")) {
      return Optional.of(root());
    }
    Parts parts = directory(parent(path));
    LayerView layer;
    for (int i = 0; (layer = parts.at(i)) != null; i++) {
      FileNode node = layer.find(path);
      if (node != null) {
        return node.equals(LayerView.WHITEOUT) ? Optional.empty() : Optional.of(node);
      }
    }
    return Optional.empty();
  }

  @Override
  public List<String> list(String path) throws IOException {
    List<LayerView> parts = all(directory(path));
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

  private static List<LayerView> all(Parts parts) throws IOException {
    List<LayerView> all = new ArrayList<>();
    LayerView layer;
    for (int i = 0; (layer = parts.at(i)) != null; i++) {
      all.add(layer);
    }
    return all;
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
    Parts parts = directory(parent(path));
    LayerView layer;
    for (int i = 0; (layer = parts.at(i)) != null; i++) {
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

  /**
   * The layers that a directory's files come from, highest first; none when it is no directory.
   * Goes down step by step, since directories may lie thousands deep.
   */
  private synchronized Parts directory(String path) throws IOException {
    Parts known = directories.get(path);
    if (known != null) {
      return known;
    }
    Deque<String> unknown = new ArrayDeque<>();
    String at = path;
    for (; known == null && at.length() > 1; known = directories.get(at)) {
      unknown.push(at);
      at = parent(at);
    }
    if (known == null) {
      known = layers.open();
      directories.put("/", known);
    }
    boolean deep = unknown.size() > DEEP;
    for (String directory : unknown) {
      known = new DirectoryParts(known, directory);
      directories.put(directory, known);
      if (deep) {
        known.at(0); // now: asking the deepest would ask its parents within each other
      }
    }
    return known;
  }

  /** The layers of one directory, found among those of its parent as far as they are asked for. */
  private static final class DirectoryParts implements Parts {
    private final Parts above;
    private final String path;
    private LayerView first;
    private List<LayerView> others = List.of();
    private int next;

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
        next = -1; // hides what is below it, be it a whiteout or a file
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
        next = -1;
      }
    }
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash == 0 ? "/" : path.substring(0, slash);
  }

  private static String child(String path, String name) {
    return path.equals("/") ? "/" + name : path + "/" + name;
  }
}
