package dev.wadah.build.files;

import dev.wadah.build.files.Changes.Change;
import dev.wadah.build.files.Changes.FileContent;
import dev.wadah.content.ByteSink;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileNode.Identity;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.FirstNames;
import dev.wadah.layer.LayerEntries;
import dev.wadah.layer.LayerEntry;
import dev.wadah.posix.PathTable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A root file system and the changes made to it, which become one layer. The root is read, never
 * written; nothing below a directory that is new is ever looked up in it.
 */
final class TargetTree {
  private final FileTree root;
  private final Spool spool = new Spool();
  private final Changes changes = new Changes(spool);

  /** Directories whose whole content is copied from elsewhere; no change is below them. */
  private final Map<String, Graft> grafts = new HashMap<>();

  /** Groups of inodes that have been given out; the group 0 is this tree's own. */
  private int groups;

  /** Inodes of the own group that have been given out. */
  private long inodes;

  TargetTree(FileTree root) {
    this.root = root;
  }

  /** The file at a path, which has no links in its parents. */
  Optional<FileNode> find(String path) throws IOException {
    settle(path);
    Optional<Change> change = changes.find(path);
    if (change.isPresent()) {
      return Optional.of(change.get().file().node());
    }
    return changes.isHidden(path) ? Optional.empty() : root.find(path);
  }

  /** A number for inodes that belong together, {@link FileContent#group}. */
  int newGroup() {
    return ++groups;
  }

  /** What becomes of the root's names, as far as it is known now. */
  Changes changes() {
    return changes;
  }

  /** Where the contents of an archive are kept until the layer is written. */
  Spool spool() {
    return spool;
  }

  /** Follows every link of a path within {@code scope}. */
  String resolve(String scope, String path) throws IOException, FileActionException {
    return LinkResolver.resolve(this::find, scope, path);
  }

  /** Puts a file, link or device in the place of what is there; not over a directory's content. */
  void put(String path, FileNode node, LayerEntry.Content content) throws IOException {
    put(path, new FileContent(node, content));
  }

  /** As above. */
  void put(String path, FileContent file) throws IOException {
    boolean overDirectory = find(path).filter(FileNode::isDirectory).isPresent();
    if (overDirectory) {
      String below = path + "/";
      changes.removeBelow(path);
      grafts.keySet().removeIf(other -> other.equals(path) || other.startsWith(below));
    }
    Optional<Change> old = changes.find(path);
    // a directory of the root that went earlier stays gone
    boolean removed =
        old.isEmpty() ? overDirectory : old.get().overDirectory() || !old.get().hidesRoot();
    changes.put(path, new Change(file, true, removed));
  }

  /** Gives {@code path} the same inode as {@code file}, which is shared. */
  void link(String path, FileContent file) throws IOException {
    settle(path);
    changes.put(path, new Change(file, true, false));
  }

  /** Whether nothing is below a directory, in the root or of what was done so far. */
  boolean isBare(String directory) throws IOException {
    settle(directory);
    if (changes.hasBelow(directory) || grafts.containsKey(directory)) {
      return false;
    }
    Optional<Change> change = changes.find(directory);
    boolean hidden = change.isEmpty() ? changes.isHidden(directory) : change.get().hidesRoot();
    return hidden || root.list(directory).isEmpty();
  }

  /**
   * Puts a copy of a whole directory's content below a directory that {@linkplain #isBare is bare},
   * without looking at it now.
   */
  void graft(String directory, Graft content) {
    changes.paths().make(directory);
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
        graft.each((to, file) -> changes.put(to, new Change(file, true, false)));
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
    Optional<Change> change = changes.find(path);
    if (change.isPresent()) {
      Change old = change.get();
      if (old.file().isShared()) {
        return Optional.of(old.file());
      }
      FileContent file = old.file().shared(0, ++inodes);
      changes.put(path, new Change(file, old.hidesRoot(), old.overDirectory()));
      return Optional.of(file);
    }
    Optional<FileNode> node = find(path);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    FileNode n = node.get();
    FileNode copy = Nodes.copy(n, n.mode(), new OwnerNames.Owner(n.uid(), n.gid()));
    FileContent file = new FileContent(copy, new TreeContent(root, path), 0, ++inodes);
    changes.put(path, new Change(file, true, false));
    return Optional.of(file);
  }

  /** Makes a directory, or gives an existing one new attributes. */
  void putDirectory(String path, FileNode node) throws IOException {
    settle(path);
    Optional<Change> old = changes.find(path);
    boolean hidesRoot =
        old.isPresent()
            ? old.get().hidesRoot()
            : changes.isHidden(path) || root.find(path).filter(FileNode::isDirectory).isEmpty();
    boolean opaque = old.isPresent() && old.get().overDirectory();
    FileContent directory = new FileContent(node, LayerEntry.Content.NONE);
    changes.put(path, new Change(directory, hidesRoot, opaque));
  }

  /** The layer, in canonical order, with the parents of what is in it. */
  LayerEntries entries() {
    return this::each;
  }

  private void each(LayerEntries.Sink sink) throws IOException {
    addParents();
    Map<Integer, FirstNames> firstNames = new HashMap<>();
    PathTable paths = changes.paths();
    for (int number : paths.walk()) {
      Optional<Change> changed = changes.at(number);
      if (changed.isEmpty() && grafts.isEmpty()) {
        continue;
      }
      String path = paths.path(number);
      if (changed.isPresent()) {
        Change change = changed.get();
        sink.take(entry(path, change.file(), firstNames));
        if (change.overDirectory() && change.file().node().isDirectory()) {
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
      String path, FileContent file, Map<Integer, FirstNames> firstNames) {
    FileNode node = file.node();
    if (file.isShared()) {
      String first =
          firstNames
              .computeIfAbsent(file.group(), group -> new FirstNames())
              .putIfAbsent(file.inode(), path);
      if (first != null) {
        return new LayerEntry.HardLink(path, first, node);
      }
      // tells the writer that further names may follow
      node = node.withIdentity(new Identity(node.identity().device(), 1, node.identity().xattrs()));
    }
    return new LayerEntry.File(path, node, file.content());
  }

  /** What is in the layer lies in directories of the root, which are said once more. */
  private void addParents() throws IOException {
    PathTable paths = changes.paths();
    for (int number = paths.size() - 1; number > 0; number--) {
      if (changes.isChanged(number)) {
        addParents(paths.parent(number));
      }
    }
    for (String directory : grafts.keySet()) {
      addParents(paths.find(directory));
    }
  }

  private void addParents(int directory) throws IOException {
    PathTable paths = changes.paths();
    for (int at = directory; at > 0 && !changes.isChanged(at); at = paths.parent(at)) {
      Optional<FileNode> node = root.find(paths.path(at));
      if (node.isPresent()) {
        FileContent file = new FileContent(node.get(), LayerEntry.Content.NONE);
        changes.put(at, new Change(file, false, false));
      }
    }
  }

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
