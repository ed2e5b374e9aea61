package dev.wadah.build.files;

import dev.wadah.build.files.Changes.Change;
import dev.wadah.build.files.Changes.FileContent;
import dev.wadah.content.ByteSink;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileNode.Identity;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerEntry;
import dev.wadah.posix.PathTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A tree made of entries, such as those of an unpacked archive: some ninety bytes and its name for
 * each, its content on the disk. Safe for threads.
 */
public final class EntryTree implements FileTree {
  private static final FileNode ROOT = Nodes.directory(0755, new OwnerNames.Owner(0, 0));

  private final Changes changes;
  private final PathTable paths;
  private final PathTable.Listing listing;

  private EntryTree(Changes changes) {
    this.changes = changes;
    this.paths = changes.paths();
    this.listing = paths.listing();
  }

  /**
   * A tree of these files and directories; whiteouts mean nothing.
   *
   * @param entries parents first, and files before their further names
   */
  public static EntryTree of(List<LayerEntry> entries) {
    TargetTree target = new TargetTree(new EntryTree(new Changes(new Spool())));
    try {
      for (LayerEntry entry : entries) {
        if (entry instanceof LayerEntry.File file) {
          target.put(file.path(), file.node(), file.content());
        } else if (entry instanceof LayerEntry.HardLink link) {
          target.link(link.path(), target.linkable(link.target()).orElseThrow());
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("reading memory failed", e);
    }
    return new EntryTree(target.changes());
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
    TargetTree target = new TargetTree(of(List.of()));
    try (Archive tar = opened.get()) {
      new Unpacker(target, "/", Optional.empty(), name).unpack(tar);
    }
    return Optional.of(new EntryTree(target.changes()));
  }

  private static FileNode node(FileContent file) {
    FileNode node = file.node();
    Identity identity = node.identity();
    return file.isShared()
        ? node.withIdentity(new Identity(identity.device(), file.inode(), identity.xattrs()))
        : node;
  }

  @Override
  public Optional<FileNode> find(String path) {
    Optional<Change> entry = changes.find(path);
    if (entry.isEmpty() && path.equals("/")) {
      return Optional.of(ROOT);
    }
    return entry.map(Change::file).map(EntryTree::node);
  }

  @Override
  public List<String> list(String path) {
    int directory = paths.find(path);
    if (directory < 0) {
      return List.of();
    }
    List<String> names = new ArrayList<>(listing.size(directory));
    for (int i = 0; i < listing.size(directory); i++) {
      int child = listing.child(directory, i);
      // a later entry may have taken the place of a directory
      if (changes.isChanged(child)) {
        names.add(paths.name(child));
      }
    }
    return names;
  }

  @Override
  public InputStream open(String path) throws IOException {
    return content(path).open();
  }

  @Override
  public long copy(String path, long length, ByteSink sink) throws IOException {
    return content(path).copy(length, sink);
  }

  @Override
  public Optional<Path> hostPath(String path) throws IOException {
    return content(path).hostPath();
  }

  private LayerEntry.Content content(String path) throws NoSuchFileException {
    Optional<Change> entry = changes.find(path);
    if (entry.isEmpty()) {
      throw new NoSuchFileException(path);
    }
    return entry.get().file().content();
  }
}
