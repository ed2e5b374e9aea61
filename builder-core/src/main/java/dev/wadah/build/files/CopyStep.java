package dev.wadah.build.files;

import dev.wadah.build.files.OwnerNames.Owner;
import dev.wadah.build.files.Sources.Source;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerEntry;
import java.io.IOException;
import java.util.Optional;

/** Copies sources into a target tree (BuildKit's file op, fsutil's copy). */
final class CopyStep implements SourceWalk.Visitor {
  private final TargetTree target;
  private final FileTree input;
  private final FileAction.Options options;
  private final Optional<Owner> owner;
  private final Optional<ModeChange> mode;

  /** Where the source that is being copied goes. */
  private String destination = "/";

  /** The inodes of the source that is being copied: of each its own (behaviour 10). */
  private int group;

  CopyStep(TargetTree target, FileTree input, FileAction.Options options, Optional<Owner> owner)
      throws FileActionException {
    this.target = target;
    this.input = input;
    this.options = options;
    this.owner = owner;
    this.mode =
        options.chmod().isEmpty()
            ? Optional.empty()
            : Optional.of(ModeChange.parse(options.chmod().get()));
  }

  /** Copies all sources of an action, in order. */
  void copy(FileAction.Copy action) throws IOException, FileActionException {
    PathPatterns excludes = SourceWalk.excludes(options);
    Sources sources = new Sources(input, options);
    for (String word : action.sources()) {
      for (Source source : sources.find(word)) {
        if (options.unpack() == FileAction.Unpack.IF_ARCHIVE
            && source.node().isFile()
            && unpack(source, action.destination())) {
          continue;
        }
        destination = prepare(source, action.destination());
        group = target.newGroup();
        new SourceWalk(input, excludes, this).walk(source);
      }
    }
  }

  /** Unpacks a source; false when it is no archive. */
  private boolean unpack(Source source, String to) throws IOException, FileActionException {
    Optional<Archive> opened = Archive.open(input.open(source.path()));
    if (opened.isEmpty()) {
      return false;
    }
    try (Archive archive = opened.get()) {
      String directory = target.resolve("/", to);
      makeDirectories(directory, 0755);
      new Unpacker(target, directory, owner, source.word()).unpack(archive);
    }
    return true;
  }

  /** Makes the directories that are needed, and says which path the source gets. */
  String prepare(Source source, String to) throws IOException, FileActionException {
    int parentMode = mode.map(ModeChange::ofCreatedParent).orElse(0755);
    String last = to.substring(to.lastIndexOf('/') + 1);
    boolean directoryMeant = last.isEmpty() || last.equals(".");
    String ensured = directoryMeant ? to : to.substring(0, to.length() - last.length());
    makeDirectories(target.resolve("/", ensured), parentMode);
    String path = target.resolve("/", to);
    Optional<FileNode> there = target.find(path);
    boolean intoDirectory = there.filter(FileNode::isDirectory).isPresent();
    if (source.node().isDirectory()) {
      makeDirectories(there.isPresent() ? TreePath.parent(path) : path, parentMode);
      return path;
    }
    if (intoDirectory) {
      return TreePath.child(path, TreePath.name(source.name()));
    }
    makeDirectories(TreePath.parent(path), parentMode);
    return path;
  }

  /** As mkdir -p: what exists stays as it is. */
  void makeDirectories(String path, int directoryMode) throws IOException, FileActionException {
    Optional<FileNode> there = target.find(path);
    if (there.isPresent()) {
      if (!there.get().isDirectory()) {
        throw new FileActionException(
            "not-a-directory",
            "\"%s\" is not a directory".formatted(path),
            path,
            "a file cannot hold other files",
            "remove the file first, or choose another destination");
      }
      return;
    }
    if (path.length() > 1) {
      makeDirectories(TreePath.parent(path), directoryMode);
      Owner by = owner.orElse(new Owner(0, 0));
      target.putDirectory(path, Nodes.directory(directoryMode, by));
    }
  }

  @Override
  public void visit(String relative, String path, FileNode node)
      throws IOException, FileActionException {
    String to = relative.isEmpty() ? destination : TreePath.child(destination, relative);
    if (node.isDirectory()) {
      directory(relative, to, node);
    } else if (node.type() != FileNode.Type.SOCKET) {
      // a socket is only a name for a process; no layer can hold one
      file(path, to, node);
    }
  }

  @Override
  public boolean takes(SourceWalk.Subtree below) throws IOException {
    String top = destination;
    String to = below.relative().isEmpty() ? top : TreePath.child(top, below.relative());
    if (!target.isBare(to)) {
      return false;
    }
    int inodes = group;
    target.graft(to, visitor -> each(below, top, inodes, visitor));
    return true;
  }

  /** Gives what a copy to a place where nothing is takes from a directory. */
  private void each(
      SourceWalk.Subtree below, String top, int inodes, TargetTree.Graft.Visitor visitor)
      throws IOException {
    try {
      below.walk(
          (relative, path, node) -> {
            if (node.type() != FileNode.Type.SOCKET) {
              visitor.visit(TreePath.child(top, relative), content(path, node, inodes));
            }
          });
    } catch (FileActionException e) {
      throw new IllegalStateException("a copy that was found possible is not", e);
    }
  }

  /**
   * A file of the source.
   *
   * @param inodes the group of its inode
   */
  private Changes.FileContent content(String path, FileNode node, int inodes) {
    return new Changes.FileContent(
        attributes(node),
        node.isFile() ? new TargetTree.TreeContent(input, path) : LayerEntry.Content.NONE,
        inodes,
        node.isFile() ? node.identity().inode() : 0);
  }

  /** Copies a single file that lies in no tree. */
  void write(Source source, String to, LayerEntry.Content content)
      throws IOException, FileActionException {
    String path = prepare(source, to);
    refuseDirectory(path);
    target.put(path, attributes(source.node()), content);
  }

  private void directory(String relative, String to, FileNode node)
      throws IOException, FileActionException {
    Optional<FileNode> there = target.find(to);
    if (there.isEmpty()) {
      target.putDirectory(to, attributes(node));
    } else if (!there.get().isDirectory()) {
      throw new FileActionException(
          "copy-onto-file",
          "cannot copy a directory onto \"%s\", which is no directory".formatted(to),
          to,
          there.get().isSymlink()
              ? "a link in the place of a copied directory is not followed"
              : "a directory never replaces a file",
          "remove \"%s\" in an earlier step, or copy to another place".formatted(to));
    } else if (!relative.isEmpty() && !options.parents()) {
      // The destination itself keeps its mode and owner, directories in it do not (behaviour 7).
      target.putDirectory(to, attributes(node));
    }
  }

  private void file(String path, String to, FileNode node) throws IOException, FileActionException {
    refuseDirectory(to);
    target.put(to, content(path, node, group));
  }

  private void refuseDirectory(String to) throws IOException, FileActionException {
    if (target.find(to).filter(FileNode::isDirectory).isPresent()) {
      throw new FileActionException(
          "copy-onto-directory",
          "cannot replace the directory \"%s\" with a file".formatted(to),
          to,
          "a file of a copied directory never replaces a directory",
          "remove \"%s\" in an earlier step, or copy to another place".formatted(to));
    }
  }

  private FileNode attributes(FileNode node) {
    Owner to =
        owner.orElseGet(
            () -> options.keepOwner() ? new Owner(node.uid(), node.gid()) : new Owner(0, 0));
    int permissions = node.isFile() ? options.fixedMode().orElse(node.mode()) : node.mode();
    if (mode.isPresent() && !node.isSymlink()) {
      permissions = mode.get().apply(permissions, node.isDirectory());
    }
    return Nodes.copy(node, permissions, to);
  }
}
