package dev.wadah.build.context;

import dev.wadah.build.files.PathPatterns;
import dev.wadah.build.files.TreePath;
import dev.wadah.content.ByteSink;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tree without what an ignore file hides. A hidden directory shows when an exception brings
 * something below it back; directories in which that cannot happen are never read. Safe for
 * threads.
 */
final class IgnoringTree implements FileTree {
  private final FileTree tree;
  private final IgnoreFile ignore;
  private final PathPatterns patterns;

  /** Results for directories, so that each path is matched against its own name only. */
  private final Map<String, PathPatterns.Match> directories = new HashMap<>();

  private final Map<String, Boolean> holders = new HashMap<>();

  IgnoringTree(FileTree tree, IgnoreFile ignore) {
    this.tree = tree;
    this.ignore = ignore;
    this.patterns = ignore.patterns();
    directories.put("/", PathPatterns.ROOT);
  }

  @Override
  public Optional<FileNode> find(String path) throws IOException {
    Optional<FileNode> node = tree.find(path);
    return node.isPresent() && visible(path, node.get()) ? node : Optional.empty();
  }

  @Override
  public List<String> list(String path) throws IOException {
    List<String> names = tree.list(path);
    if (patterns.isEmpty()) {
      return names;
    }
    List<String> visible = new ArrayList<>(names.size());
    for (String name : names) {
      if (visible(TreePath.child(path, name))) {
        visible.add(name);
      }
    }
    return visible;
  }

  @Override
  public Children children(String path) throws IOException {
    if (patterns.isEmpty()) {
      return tree.children(path);
    }
    Children all = tree.children(path);
    if (path.length() > 1
        && !match(path).matched()
        && !patterns.mayMatchBelow(TreePath.relative(path))) {
      return all;
    }
    int[] visible = new int[all.size()];
    int count = 0;
    for (int i = 0; i < visible.length; i++) {
      if (visible(TreePath.child(path, all.name(i)))) {
        visible[count++] = i;
      }
    }
    return VisibleChildren.of(all, Arrays.copyOf(visible, count));
  }

  @Override
  public InputStream open(String path) throws IOException {
    requireVisible(path);
    return tree.open(path);
  }

  @Override
  public long copy(String path, long length, ByteSink sink) throws IOException {
    requireVisible(path);
    return tree.copy(path, length, sink);
  }

  @Override
  public Optional<Path> hostPath(String path) throws IOException {
    requireVisible(path);
    return tree.hostPath(path);
  }

  private void requireVisible(String path) throws IOException {
    if (!visible(path)) {
      throw new NoSuchFileException(path, null, "hidden by " + ignore.name());
    }
  }

  /** The line that hides {@code path}; empty when none does, or when there is no such file. */
  Optional<BuildContext.Hidden> hiddenBy(String path) {
    String clean = TreePath.clean(path);
    try {
      if (clean.length() == 1 || tree.find(clean).isEmpty() || visible(clean)) {
        return Optional.empty();
      }
    } catch (IOException e) {
      // a file that cannot even be looked at is not missed because of a pattern
      return Optional.empty();
    }
    return ignore.line(match(clean));
  }

  private boolean visible(String path) throws IOException {
    if (patterns.isEmpty() || path.length() == 1 || !match(path).matched()) {
      return true;
    }
    if (!patterns.mayExceptBelow(TreePath.relative(path))) {
      return false;
    }
    Optional<FileNode> node = tree.find(path);
    return node.isPresent() && node.get().isDirectory() && holdsVisible(path);
  }

  private boolean visible(String path, FileNode node) throws IOException {
    if (patterns.isEmpty() || path.length() == 1 || !match(path).matched()) {
      return true;
    }
    return node.isDirectory()
        && patterns.mayExceptBelow(TreePath.relative(path))
        && holdsVisible(path);
  }

  private boolean holdsVisible(String directory) throws IOException {
    Boolean known;
    synchronized (holders) {
      known = holders.get(directory);
    }
    if (known == null) {
      known = false;
      for (String name : tree.list(directory)) {
        if (visible(TreePath.child(directory, name))) {
          known = true;
          break;
        }
      }
      synchronized (holders) {
        holders.put(directory, known);
      }
    }
    return known;
  }

  private PathPatterns.Match match(String path) {
    return patterns.match(TreePath.relative(path), directory(TreePath.parent(path)));
  }

  private PathPatterns.Match directory(String path) {
    PathPatterns.Match match;
    synchronized (directories) {
      match = directories.get(path);
    }
    if (match == null) {
      match = match(path);
      synchronized (directories) {
        directories.put(path, match);
      }
    }
    return match;
  }
}
