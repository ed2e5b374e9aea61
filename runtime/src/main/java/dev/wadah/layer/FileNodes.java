package dev.wadah.layer;

import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.util.Map;

/** Makes {@link FileNode}s of what the kernel says. */
final class FileNodes {
  /** The one extended attribute that a layer keeps. */
  static final String CAPABILITY = "security.capability";

  private FileNodes() {}

  /**
   * The node of a file.
   *
   * @param file absolute path, for what lstat does not say: link target and capability
   */
  static FileNode of(String file, FileStatus status) throws PosixException {
    FileNode.Type type = type(status);
    boolean isFile = type == FileNode.Type.FILE;
    String link = type == FileNode.Type.SYMLINK ? Posix.readlink(Posix.CWD, file) : "";
    byte[] capability = isFile ? Posix.getXattr(file, CAPABILITY) : null;
    boolean linked = status.links() > 1 && type != FileNode.Type.DIRECTORY;
    FileNode.Identity identity =
        capability == null && !linked && !isDevice(type)
            ? FileNode.Identity.PLAIN
            : new FileNode.Identity(
                isDevice(type) ? status.device() : 0,
                linked ? status.inode() : 0,
                capability == null ? Map.of() : Map.of(CAPABILITY, capability));
    return new FileNode(
        type,
        status.mode(),
        status.uid(),
        status.gid(),
        isFile ? status.sizeBytes() : 0,
        status.mtimeNanos(),
        link,
        identity);
  }

  private static boolean isDevice(FileNode.Type type) {
    return type == FileNode.Type.CHARACTER_DEVICE || type == FileNode.Type.BLOCK_DEVICE;
  }

  private static FileNode.Type type(FileStatus status) {
    return switch (status.type()) {
      case FileStatus.S_IFREG -> FileNode.Type.FILE;
      case FileStatus.S_IFDIR -> FileNode.Type.DIRECTORY;
      case FileStatus.S_IFLNK -> FileNode.Type.SYMLINK;
      case FileStatus.S_IFCHR -> FileNode.Type.CHARACTER_DEVICE;
      case FileStatus.S_IFBLK -> FileNode.Type.BLOCK_DEVICE;
      case FileStatus.S_IFIFO -> FileNode.Type.FIFO;
      default -> FileNode.Type.SOCKET;
    };
  }
}
