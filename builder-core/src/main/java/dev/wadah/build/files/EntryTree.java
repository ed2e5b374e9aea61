package dev.wadah.build.files;

import dev.wadah.content.ByteSink;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileNode.Identity;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A tree made of layer entries, such as those of an unpacked archive. Safe for threads. */
public final class EntryTree implements FileTree {
  private final Map<String, LayerEntry.File> files = new HashMap<>();
  private final Map<String, List<String>> names = new HashMap<>();

  private EntryTree() {}

  /**
   * A tree of these files and directories; whiteouts mean nothing.
   *
   * @param entries in canonical order, parents first
   */
  public static EntryTree of(List<LayerEntry> entries) {
    EntryTree tree = new EntryTree();
    tree.names.put("/", new ArrayList<>());
    long inode = 0;
    Map<String, Long> inodes = new HashMap<>();
    for (LayerEntry entry : entries) {
      if (entry instanceof LayerEntry.File file) {
        tree.add(file.path(), file);
      } else if (entry instanceof LayerEntry.HardLink link) {
        LayerEntry.File first = tree.files.get(link.target());
        Long shared = inodes.get(link.target());
        if (shared == null) {
          shared = ++inode;
          inodes.put(link.target(), shared);
          first = withInode(first, shared);
          tree.files.put(link.target(), first);
        }
        tree.add(link.path(), first);
      }
    }
    return tree;
  }

  /**
   * The tree that an archive holds, compressed or not; empty when the bytes are no archive.
   *
   * @param name what the archive is called in messages
   * @throws FileActionException if the archive is broken, or a name leads out of it
   */
  public static Optional<FileTree> ofArchive(Path archive, String name)
      throws IOException, FileActionException {
    Optional<Archive> opened = Archive.open(Files.newInputStream(archive));
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    TargetTree target = new TargetTree(new EntryTree());
    try (Archive tar = opened.get()) {
      new Unpacker(target, "/", Optional.empty(), name).unpack(tar);
    }
    return Optional.of(of(target.entries().list()));
  }

  private void add(String path, LayerEntry.File file) {
    files.put(path, file);
    if (path.length() > 1) {
      names.computeIfAbsent(TreePath.parent(path), p -> new ArrayList<>()).add(TreePath.name(path));
    }
  }

  private static LayerEntry.File withInode(LayerEntry.File file, long inode) {
    FileNode n = file.node();
    Identity identity = new Identity(n.identity().device(), inode, n.identity().xattrs());
    FileNode node =
        new FileNode(
            n.type(),
            n.mode(),
            n.uid(),
            n.gid(),
            n.sizeBytes(),
            n.mtimeNanos(),
            n.link(),
            identity);
    return new LayerEntry.File(file.path(), node, file.content());
  }

  @Override
  public Optional<FileNode> find(String path) {
    LayerEntry.File file = files.get(path);
    if (file == null && path.equals("/")) {
      return Optional.of(Nodes.directory(0755, new OwnerNames.Owner(0, 0)));
    }
    return Optional.ofNullable(file).map(LayerEntry.File::node);
  }

  @Override
  public List<String> list(String path) {
    // entries come sorted by whole paths, and so do the names in one directory
    return names.getOrDefault(path, List.of());
  }

  @Override
  public InputStream open(String path) throws IOException {
    return file(path).content().open();
  }

  @Override
  public long copy(String path, long length, ByteSink sink) throws IOException {
    return file(path).content().copy(length, sink);
  }

  @Override
  public Optional<Path> hostPath(String path) throws IOException {
    return file(path).content().hostPath();
  }

  private LayerEntry.File file(String path) throws NoSuchFileException {
    LayerEntry.File file = files.get(path);
    if (file == null) {
      throw new NoSuchFileException(path);
    }
    return file;
  }
}
