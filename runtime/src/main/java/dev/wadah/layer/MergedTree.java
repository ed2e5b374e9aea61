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
 * asks costs nothing. The lowest layers may be a tree of their own, which trees that have them in
 * common ask in turn. Safe for threads; layers never change.
 */
final class MergedTree implements FileTree {
  /** Steps down at once from which on one is taken after the other. */
  private static final int DEEP = 256;

  /** Directories remembered at a time; a tree may be asked for a million of them. */
  private static final int MOST_DIRECTORIES = 8192;

  private final Layers layers;
  private final Map<String, Parts> directories = new HashMap<>();
  private Opened opened;
  private FileNode root;

  /** The tree of the layers that {@code layers} opens. */
  MergedTree(Layers layers) {
    this.layers = layers;
  }

  /** Opens the layers of a tree. */
  interface Layers {
    Opened open() throws IOException;

    /** The root directory's attributes. */
    FileNode root() throws IOException;
  }

  /**
   * The layers of a tree.
   *
   * @param parts end with one that hides everything below it, or with the lowest of all or of those
   *     above {@code below}
   * @param below shows through where they say nothing; null for nothing
   */
  record Opened(Parts parts, MergedTree below) {}

  @Override
  public Optional<FileNode> find(String path) throws IOException {
    if (path.equals("/")) {
      return Optional.of(root());
    }
    Parts parts = directory(parent(path));
    FileNode node = parts.find(path);
    if (node != null) {
      return node.equals(LayerView.WHITEOUT) ? Optional.empty() : Optional.of(node);
    }
    MergedTree below = below(parts);
    return below == null ? Optional.empty() : below.find(path);
  }

  /** The tree that shows through in a directory, whose parts have all been looked at. */
  private MergedTree below(Parts parts) {
    return parts.hidesBelow() ? null : opened().below();
  }

  private synchronized Opened opened() {
    return opened;
  }

  @Override
  public List<String> list(String path) throws IOException {
    Parts known = directory(path);
    List<LayerView> parts = all(known);
    MergedTree below = below(known);
    if (parts.isEmpty() && below != null) {
      return below.list(path);
    }
    if (parts.size() == 1 && below == null && !parts.get(0).hidesAnything()) {
      String[] names = parts.get(0).names(path);
      Arrays.sort(names, PathBytes::compare);
      return Arrays.asList(names);
    }
    TreeSet<String> names = new TreeSet<>(PathBytes::compare);
    if (below != null) {
      names.addAll(below.list(path));
    }
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
        throw notFile(path);
      }
    }
    MergedTree below = below(parts);
    if (below == null) {
      throw notFile(path);
    }
    return below.holder(path);
  }

  private static FileNotFoundException notFile(String path) {
    return new FileNotFoundException(path + " is no regular file of the image");
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
      if (opened == null) {
        opened = layers.open();
      }
      known = opened.parts();
      if (directories.size() > MOST_DIRECTORIES) {
        directories.clear();
      }
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

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash == 0 ? "/" : path.substring(0, slash);
  }

  private static String child(String path, String name) {
    return path.equals("/") ? "/" + name : path + "/" + name;
  }
}
