package dev.wadah.build.files;

import dev.wadah.build.files.OwnerNames.Owner;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileNode.Identity;
import dev.wadah.layer.LayerEntry;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.util.Optional;

/**
 * Unpacks an archive into a directory of a target tree (moby's archive package): files replace what
 * is there, directories merge, links are followed within the directory only, a name that leads out
 * of it is an error.
 */
final class Unpacker {
  private static final Owner ROOT = new Owner(0, 0);

  private final TargetTree target;
  private final String directory;
  private final Optional<Owner> owner;
  private final String word;

  /**
   * A path below the directory that has directories only, no links; null when none is known.
   * Archives go from a directory to what is in it: each name of a deep path would be looked up anew
   * for each entry.
   */
  private String plain = "/";

  /**
   * Prepares to unpack.
   *
   * @param directory an existing directory, links resolved
   * @param owner who owns the files; empty: whom the archive names
   * @param word the word of the instruction, for errors
   */
  Unpacker(TargetTree target, String directory, Optional<Owner> owner, String word) {
    this.target = target;
    this.directory = directory;
    this.owner = owner;
    this.word = word;
  }

  /** Unpacks all entries. */
  void unpack(Archive archive) throws FileActionException {
    try {
      for (TarEntry entry = archive.next(); entry != null; entry = archive.next()) {
        entry(archive, entry);
      }
    } catch (IOException e) {
      throw new FileActionException(
          "bad-archive",
          "the archive \"%s\" cannot be unpacked: %s".formatted(word, e.getMessage()),
          word,
          "ADD unpacks every tar archive, told by its content",
          "check it with \"tar tf\", or copy it as it is with COPY or ADD --unpack=false");
    }
  }

  private void entry(Archive archive, TarEntry entry) throws IOException, FileActionException {
    String relative = clean(entry.name());
    if (relative.equals("/")) {
      return;
    }
    String within = TreePath.parent(relative);
    String parent = below(within);
    if (!isPlain(within)) {
      String written = parent;
      parent = target.resolve(directory, within);
      makeParents(parent);
      plain = parent.equals(written) ? within : null;
    }
    String path = TreePath.child(parent, TreePath.name(relative));
    put(archive, entry, path);
    // What is put may take the place of a directory, so no more is known than where it was put.
    if (plain != null) {
      plain = entry.kind() == TarEntry.Kind.DIRECTORY ? relative : within;
    }
  }

  /** Whether the path, or one below it, is known to have no links. */
  private boolean isPlain(String relative) {
    if (plain == null || !plain.startsWith(relative)) {
      return false;
    }
    int length = relative.length();
    return length == 1 || plain.length() == length || plain.charAt(length) == '/';
  }

  private String below(String relative) {
    return relative.length() == 1
        ? directory
        : directory.length() == 1 ? relative : directory + relative;
  }

  private void put(Archive archive, TarEntry entry, String path)
      throws IOException, FileActionException {
    switch (entry.kind()) {
      case DIRECTORY -> directory(path, node(entry, FileNode.Type.DIRECTORY));
      case HARD_LINK -> hardLink(path, entry);
      case FILE -> {
        LayerEntry.Content content = target.spool().keep(archive.content());
        target.put(path, node(entry, FileNode.Type.FILE), content);
      }
      case SYMLINK -> put(path, node(entry, FileNode.Type.SYMLINK));
      case CHARACTER_DEVICE -> put(path, node(entry, FileNode.Type.CHARACTER_DEVICE));
      case BLOCK_DEVICE -> put(path, node(entry, FileNode.Type.BLOCK_DEVICE));
      case FIFO -> put(path, node(entry, FileNode.Type.FIFO));
    }
  }

  /** The name within the directory; absolute names are below it. */
  private String clean(String name) throws FileActionException {
    int depth = 0;
    boolean absolute = name.startsWith("/");
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        depth--;
      } else if (!part.isEmpty() && !part.equals(".")) {
        depth++;
      }
      if (depth < 0 && !absolute) {
        throw new FileActionException(
            "archive-entry-outside",
            "invalid entry name \"%s\" in the archive \"%s\"".formatted(name, word),
            word,
            "it leads out of the directory that the archive is unpacked to",
            "pack the archive again without \"..\" in its names");
      }
      depth = Math.max(depth, 0);
    }
    return TreePath.clean(name);
  }

  private void makeParents(String path) throws IOException {
    Optional<FileNode> there = target.find(path);
    if (there.isPresent()) {
      if (!there.get().isDirectory()) {
        throw new IOException("\"%s\" is not a directory".formatted(path));
      }
      return;
    }
    makeParents(TreePath.parent(path));
    target.putDirectory(path, Nodes.directory(0755, ROOT));
  }

  private void directory(String path, FileNode node) throws IOException {
    Optional<FileNode> there = target.find(path);
    if (there.isPresent() && !there.get().isDirectory()) {
      // a link or file gives way to a directory of the archive
      target.put(path, node, LayerEntry.Content.NONE);
    }
    target.putDirectory(path, node);
  }

  private void put(String path, FileNode node) throws IOException {
    target.put(path, node, LayerEntry.Content.NONE);
  }

  private void hardLink(String path, TarEntry entry) throws IOException, FileActionException {
    String relative = clean(entry.link());
    String within = TreePath.parent(relative);
    String parent = isPlain(within) ? below(within) : target.resolve(directory, within);
    String to = TreePath.child(parent, TreePath.name(relative));
    Optional<Changes.FileContent> file = target.linkable(to);
    if (file.isEmpty() || target.find(to).filter(FileNode::isDirectory).isPresent()) {
      throw new IOException(
          "the hard link \"%s\" names \"%s\", which is not there"
              .formatted(entry.name(), entry.link()));
    }
    if (!path.equals(to)) {
      target.link(path, file.get());
    }
  }

  private FileNode node(TarEntry entry, FileNode.Type type) {
    Owner by = owner.orElse(new Owner(entry.owner().uid(), entry.owner().gid()));
    boolean device = type == FileNode.Type.CHARACTER_DEVICE || type == FileNode.Type.BLOCK_DEVICE;
    long number = device ? Posix.device(entry.extras().major(), entry.extras().minor()) : 0;
    return Nodes.copy(
        new FileNode(
            type,
            entry.mode(),
            by.uid(),
            by.gid(),
            type == FileNode.Type.FILE ? entry.sizeBytes() : 0,
            entry.mtimeNanos(),
            type == FileNode.Type.SYMLINK ? entry.link() : "",
            new Identity(number, 0, entry.extras().xattrs())),
        entry.mode(),
        by);
  }
}
