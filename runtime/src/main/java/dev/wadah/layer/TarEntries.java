package dev.wadah.layer;

import dev.wadah.layer.FileNode.Identity;
import dev.wadah.layer.tar.InvalidLayerException;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarEntry.Kind;
import dev.wadah.posix.Posix;
import java.util.Map;

/**
 * How a layer's entries stand in its canonical tar, and back: a whiteout is an empty file of a
 * special name; of extended attributes only {@code security.capability} is written. Stateless.
 */
final class TarEntries {
  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final TarEntry.Owner ROOT = new TarEntry.Owner(0, 0);

  private TarEntries() {}

  /**
   * The entry as it stands in the tar.
   *
   * @throws IllegalArgumentException for a socket
   */
  static TarEntry of(LayerEntry entry) {
    if (entry instanceof LayerEntry.File file) {
      return file(file.path(), file.node());
    } else if (entry instanceof LayerEntry.HardLink link) {
      return hardLink(link);
    } else if (entry instanceof LayerEntry.Whiteout whiteout) {
      String path = whiteout.path();
      int slash = path.lastIndexOf('/') + 1;
      return marker(path.substring(1, slash) + WHITEOUT + path.substring(slash));
    }
    String directory = entry.path();
    return marker(directory.equals("/") ? OPAQUE : directory.substring(1) + "/" + OPAQUE);
  }

  private static TarEntry file(String path, FileNode node) {
    return new TarEntry(
        kind(node.type()),
        path.substring(1),
        node.isSymlink() ? node.link() : "",
        node.mode(),
        new TarEntry.Owner(node.uid(), node.gid()),
        node.isFile() ? node.sizeBytes() : 0,
        node.mtimeNanos(),
        extras(node));
  }

  private static TarEntry hardLink(LayerEntry.HardLink link) {
    // Docker gives the file the owner and mode that the link's header says: they must be the
    // file's.
    FileNode target = link.node();
    return new TarEntry(
        Kind.HARD_LINK,
        link.path().substring(1),
        link.target().substring(1),
        target.mode(),
        new TarEntry.Owner(target.uid(), target.gid()),
        0,
        target.mtimeNanos(),
        TarEntry.Extras.NONE);
  }

  private static TarEntry marker(String name) {
    return new TarEntry(Kind.FILE, name, "", 0, ROOT, 0, 0, TarEntry.Extras.NONE);
  }

  private static Kind kind(FileNode.Type type) {
    return switch (type) {
      case FILE -> Kind.FILE;
      case SYMLINK -> Kind.SYMLINK;
      case CHARACTER_DEVICE -> Kind.CHARACTER_DEVICE;
      case BLOCK_DEVICE -> Kind.BLOCK_DEVICE;
      case DIRECTORY -> Kind.DIRECTORY;
      case FIFO -> Kind.FIFO;
      case SOCKET -> throw new IllegalArgumentException("a socket cannot be in a layer");
    };
  }

  private static TarEntry.Extras extras(FileNode node) {
    byte[] capability = node.isFile() ? node.identity().xattrs().get(FileNodes.CAPABILITY) : null;
    long device = node.identity().device();
    if (capability == null && device == 0) {
      return TarEntry.Extras.NONE;
    }
    return new TarEntry.Extras(
        major(device),
        minor(device),
        capability == null ? Map.of() : Map.of(FileNodes.CAPABILITY, capability));
  }

  /** As glibc's gnu_dev_major. */
  private static int major(long device) {
    return (int) ((device >>> 8 & 0xFFF) | (device >>> 32 & 0xFFFFF000L));
  }

  /** As glibc's gnu_dev_minor. */
  private static int minor(long device) {
    return (int) ((device & 0xFF) | (device >>> 12 & 0xFFFFFF00L));
  }

  /** What an entry of a canonical tar says; a file is without its content. */
  static LayerEntry read(TarEntry entry) throws InvalidLayerException {
    String path = LayerApplier.clean(entry.name());
    int slash = path.lastIndexOf('/');
    String name = path.substring(slash + 1);
    if (name.equals(OPAQUE)) {
      return new LayerEntry.Opaque(slash == 0 ? "/" : path.substring(0, slash));
    }
    if (name.startsWith(WHITEOUT)) {
      String hidden = name.substring(WHITEOUT.length());
      return new LayerEntry.Whiteout(path.substring(0, slash + 1) + hidden);
    }
    if (entry.kind() == Kind.HARD_LINK) {
      return new LayerEntry.HardLink(path, LayerApplier.clean(entry.link()), node(entry));
    }
    return new LayerEntry.File(path, node(entry), LayerEntry.Content.NONE);
  }

  /** What the header of a tar says of a file. */
  static FileNode node(TarEntry entry) {
    FileNode.Type type =
        switch (entry.kind()) {
          case FILE, HARD_LINK -> FileNode.Type.FILE;
          case DIRECTORY -> FileNode.Type.DIRECTORY;
          case SYMLINK -> FileNode.Type.SYMLINK;
          case FIFO -> FileNode.Type.FIFO;
          case CHARACTER_DEVICE -> FileNode.Type.CHARACTER_DEVICE;
          case BLOCK_DEVICE -> FileNode.Type.BLOCK_DEVICE;
        };
    TarEntry.Extras extras = entry.extras();
    boolean device = type == FileNode.Type.CHARACTER_DEVICE || type == FileNode.Type.BLOCK_DEVICE;
    Identity identity =
        !device && extras.xattrs().isEmpty()
            ? Identity.PLAIN
            : new Identity(
                device ? Posix.device(extras.major(), extras.minor()) : 0, 0, extras.xattrs());
    return new FileNode(
        type,
        entry.mode(),
        entry.owner().uid(),
        entry.owner().gid(),
        entry.sizeBytes(),
        entry.mtimeNanos(),
        entry.link(),
        identity);
  }
}
