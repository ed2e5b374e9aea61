package dev.wadah.build.files;

import dev.wadah.content.ByteSink;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileNode.Identity;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerEntries;
import dev.wadah.layer.LayerEntry;
import dev.wadah.posix.PathBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A root file system and the changes made to it, which become one layer. The root is read, never
 * written; nothing below a directory that is new is ever looked up in it.
 */
final class TargetTree {
  private final FileTree root;
  private final Map<String, Change> changes = new HashMap<>();

  /** Directories with changes somewhere below them. */
  private final Set<String> touched = new HashSet<>();

  /** Directories whose whole content is copied from elsewhere; no change is below them. */
  private final Map<String, Graft> grafts = new HashMap<>();

  TargetTree(FileTree root) {
    this.root = root;
  }

  /** The file at a path, which has no links in its parents. */
  Optional<FileNode> find(String path) throws IOException {
    settle(path);
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
      grafts.keySet().removeIf(other -> other.equals(path) || other.startsWith(below));
    }
    Change old = changes.get(path);
    // a directory of the root that went earlier stays gone
    boolean removed = old == null ? overDirectory : old.overDirectory || !old.hidesRoot;
    change(path, new Change(file, true, removed));
    return file;
  }

  /** Gives {@code path} the same inode as {@code file}. */
  void link(String path, FileContent file) throws IOException {
    settle(path);
    change(path, new Change(file, true, false));
  }

  private void change(String path, Change change) {
    changes.put(path, change);
    for (String at = path; at.length() > 1; ) {
      at = TreePath.parent(at);
      if (!touched.add(at)) {
        break;
      }
    }
  }

  /** Whether nothing is below a directory, in the root or of what was done so far. */
  boolean isBare(String directory) throws IOException {
    settle(directory);
    if (touched.contains(directory) || grafts.containsKey(directory)) {
      return false;
    }
    Change change = changes.get(directory);
    boolean hidden = change == null ? hiddenByParent(directory) : change.hidesRoot;
    return hidden || root.list(directory).isEmpty();
  }

  /**
   * Puts a copy of a whole directory's content below a directory that {@linkplain #isBare is bare},
   * without looking at it now.
   */
  void graft(String directory, Graft content) {
    grafts.put(directory, content);
  }

  /** Files that come from elsewhere, found anew each time. */
  @FunctionalInterface
  interface Graft {
    /** Gives every file, with its path in the target, parents first and in canonical order. */
    void each(Visitor visitor) throws IOException;

    /** Takes files. */
    @FunctionalInterface
    interface Visitor {
      void visit(String path, FileContent file) throws IOException;
    }
  }

  /** Makes changes of the graft that {@code path} lies below, since it is to be looked into. */
  private void settle(String path) throws IOException {
    if (grafts.isEmpty()) {
      return;
    }
    for (String at = path; at.length() > 1; ) {
      at = TreePath.parent(at);
      Graft graft = grafts.remove(at);
      if (graft != null) {
        graft.each((to, file) -> change(to, new Change(file, true, false)));
        return;
      }
    }
  }

  /**
   * The file at {@code path} as something that can be linked to; one that lies in the root becomes
   * part of the layer, as it does on an overlay.
   */
  Optional<FileContent> linkable(String path) throws IOException {
    settle(path);
    Change change = changes.get(path);
    if (change == null) {
      Optional<FileNode> node = find(path);
      if (node.isEmpty()) {
        return Optional.empty();
      }
      FileNode n = node.get();
      FileNode copy = Nodes.copy(n, n.mode(), new OwnerNames.Owner(n.uid(), n.gid()));
      change = new Change(new FileContent(copy, new TreeContent(root, path)), true, false);
      change(path, change);
    }
    return Optional.of(change.file);
  }

  /** Makes a directory, or gives an existing one new attributes. */
  void putDirectory(String path, FileNode node) throws IOException {
    settle(path);
    Change old = changes.get(path);
    boolean hidesRoot =
        old != null
            ? old.hidesRoot
            : hiddenByParent(path) || root.find(path).filter(FileNode::isDirectory).isEmpty();
    boolean opaque = old != null && old.overDirectory;
    change(path, new Change(new FileContent(node, LayerEntry.Content.NONE), hidesRoot, opaque));
  }

  /** The layer, in canonical order, with the parents of what is in it. */
  LayerEntries entries() {
    return this::each;
  }

  private void each(LayerEntries.Sink sink) throws IOException {
    addParents();
    List<String> paths = new ArrayList<>(changes.keySet());
    for (String directory : grafts.keySet()) {
      if (!changes.containsKey(directory)) {
        paths.add(directory);
      }
    }
    paths.sort(PathBytes::comparePaths);
    Map<FileContent, String> firstNames = new HashMap<>();
    for (String path : paths) {
      Change change = changes.get(path);
      if (change != null) {
        sink.take(entry(path, change.file, firstNames));
        if (change.overDirectory && change.file.node.isDirectory()) {
          sink.take(new LayerEntry.Opaque(path));
        }
      }
      Graft graft = grafts.get(path);
      if (graft != null) {
        graft.each((to, file) -> sink.take(entry(to, file, firstNames)));
      }
    }
  }

  private static LayerEntry entry(
      String path, FileContent file, Map<FileContent, String> firstNames) {
    String first = file.shared ? firstNames.putIfAbsent(file, path) : null;
    if (first != null) {
      return new LayerEntry.HardLink(path, first);
    }
    FileNode node = file.node;
    if (file.shared) {
      // tells the writer that further names may follow
      node = node.withIdentity(new Identity(node.identity().device(), 1, node.identity().xattrs()));
    }
    return new LayerEntry.File(path, node, file.content);
  }

  private void addParents() throws IOException {
    List<String> below = new ArrayList<>(changes.keySet());
    grafts.keySet().forEach(directory -> below.add(TreePath.child(directory, "")));
    for (String path : below) {
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

    FileContent(FileNode node, LayerEntry.Content content) {
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
