package dev.wadah.build.files;

import dev.wadah.content.ByteSink;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerEntry;
import dev.wadah.posix.PathBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A root file system and the changes made to it, which become one layer. The root is read, never
 * written; nothing below a directory that is new is ever looked up in it.
 */
final class TargetTree {
  private final FileTree root;
  private final Map<String, Change> changes = new HashMap<>();

  TargetTree(FileTree root) {
    this.root = root;
  }

  /** The file at a path, which has no links in its parents. */
  Optional<FileNode> find(String path) throws IOException {
    Change change = changes.get(path);
    if (change != null) {
      return Optional.of(change.file.node);
    }
    return hiddenByParent(path) ? Optional.empty() : root.find(path);
  }

  private boolean hiddenByParent(String path) {
    for (String parent = path; parent.length() > 1; ) {
      parent = TreePath.parent(parent);
      Change change = changes.get(parent);
      if (change != null) {
        return change.hidesRoot;
      }
    }
    return false;
  }

  /** Follows every link of a path within {@code scope}. */
  String resolve(String scope, String path) throws IOException, FileActionException {
    return LinkResolver.resolve(this::find, scope, path);
  }

  /** Puts a file, link or device in the place of what is there; not over a directory's content. */
  FileContent put(String path, FileNode node, LayerEntry.Content content) throws IOException {
    FileContent file = new FileContent(node, content);
    boolean overDirectory = find(path).filter(FileNode::isDirectory).isPresent();
    if (overDirectory) {
      String below = path + "/";
      changes.keySet().removeIf(other -> other.startsWith(below));
    }
    Change old = changes.get(path);
    // a directory of the root that went earlier stays gone
    boolean removed = old == null ? overDirectory : old.overDirectory || !old.hidesRoot;
    changes.put(path, new Change(file, true, removed));
    return file;
  }

  /** Gives {@code path} the same inode as {@code file}. */
  void link(String path, FileContent file) {
    changes.put(path, new Change(file, true, false));
  }

  /**
   * The file at {@code path} as something that can be linked to; one that lies in the root becomes
   * part of the layer, as it does on an overlay.
   */
  Optional<FileContent> linkable(String path) throws IOException {
    Change change = changes.get(path);
    if (change == null) {
      Optional<FileNode> node = find(path);
      if (node.isEmpty()) {
        return Optional.empty();
      }
      FileNode n = node.get();
      FileNode copy = Nodes.copy(n, n.mode(), new OwnerNames.Owner(n.uid(), n.gid()));
      change = new Change(new FileContent(copy, new TreeContent(root, path)), true, false);
      changes.put(path, change);
    }
    return Optional.of(change.file);
  }

  /** Makes a directory, or gives an existing one new attributes. */
  void putDirectory(String path, FileNode node) throws IOException {
    Change old = changes.get(path);
    boolean hidesRoot =
        old != null
            ? old.hidesRoot
            : hiddenByParent(path) || root.find(path).filter(FileNode::isDirectory).isEmpty();
    boolean opaque = old != null && old.overDirectory;
    changes.put(
        path, new Change(new FileContent(node, LayerEntry.Content.NONE), hidesRoot, opaque));
  }

  /** The layer, in canonical order, with the parents of what is in it. */
  List<LayerEntry> entries() throws IOException {
    addParents();
    List<String> paths = new ArrayList<>(changes.keySet());
    paths.sort(PathBytes::comparePaths);
    List<LayerEntry> entries = new ArrayList<>(paths.size());
    Map<FileContent, String> firstNames = new HashMap<>();
    for (String path : paths) {
      Change change = changes.get(path);
      FileContent file = change.file;
      String first = file.shared ? firstNames.putIfAbsent(file, path) : null;
      entries.add(
          first == null
              ? new LayerEntry.File(path, file.node, file.content)
              : new LayerEntry.HardLink(path, first));
      if (change.overDirectory && file.node.isDirectory()) {
        entries.add(new LayerEntry.Opaque(path));
      }
    }
    return entries;
  }

  private void addParents() throws IOException {
    for (String path : List.copyOf(changes.keySet())) {
      String parent = TreePath.parent(path);
      while (parent.length() > 1 && !changes.containsKey(parent)) {
        Optional<FileNode> node = root.find(parent);
        if (node.isPresent()) {
          FileContent directory = new FileContent(node.get(), LayerEntry.Content.NONE);
          changes.put(parent, new Change(directory, false, false));
        }
        parent = TreePath.parent(parent);
      }
    }
  }

  /** One inode: attributes and content; shared by the names of a hard link. */
  static final class FileContent {
    private final FileNode node;
    private final LayerEntry.Content content;
    private boolean shared;

    private FileContent(FileNode node, LayerEntry.Content content) {
      this.node = node;
      this.content = content;
    }

    /** Says that this inode may have several names. */
    FileContent share() {
      shared = true;
      return this;
    }
  }

  /**
   * A name in the layer.
   *
   * @param hidesRoot whether nothing below this path in the root can be seen any more
   * @param overDirectory whether a directory of the root was removed here
   */
  private record Change(FileContent file, boolean hidesRoot, boolean overDirectory) {}

  /** Content of a file in a tree. */
  record TreeContent(FileTree tree, String path) implements LayerEntry.Content {
    @Override
    public java.io.InputStream open() throws IOException {
      return tree.open(path);
    }

    @Override
    public long copy(long length, ByteSink sink) throws IOException {
      return tree.copy(path, length, sink);
    }

    @Override
    public Optional<java.nio.file.Path> hostPath() {
      try {
        return tree.hostPath(path);
      } catch (IOException e) {
        // the caller opens the content next, and that says what is wrong
        return Optional.empty();
      }
    }
  }
}
