package dev.wadah.layer;

import java.util.Map;

/**
 * What a file tree knows of one file, without its content.
 *
 * @param type kind of file
 * @param mode permission bits with setuid, setgid and sticky (07777)
 * @param uid owner
 * @param gid group
 * @param sizeBytes of a regular file, else 0
 * @param mtimeNanos modification time since 1970
 * @param link target of a symbolic link, else empty
 * @param identity the rest
 */
public record FileNode(
    Type type,
    int mode,
    int uid,
    int gid,
    long sizeBytes,
    long mtimeNanos,
    String link,
    Identity identity) {

  /** Kinds of files; a socket is never part of a layer. */
  public enum Type {
    FILE,
    DIRECTORY,
    SYMLINK,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    FIFO,
    SOCKET
  }

  /**
   * What is rarely needed.
   *
   * @param device major and minor of a device file, as {@code makedev} packs them
   * @param inode equal for the names of one file (hard links) within one tree; 0 when it has one
   *     name only
   * @param xattrs extended attributes; empty unless the tree reads them
   */
  public record Identity(long device, long inode, Map<String, byte[]> xattrs) {
    /** No device, one name, no attributes. */
    public static final Identity PLAIN = new Identity(0, 0, Map.of());
  }

  /** The same file with another device, inode and attributes. */
  public FileNode withIdentity(Identity other) {
    return new FileNode(type, mode, uid, gid, sizeBytes, mtimeNanos, link, other);
  }

  /** The same file with another time of its last change. */
  public FileNode withMtimeNanos(long other) {
    return new FileNode(type, mode, uid, gid, sizeBytes, other, link, identity);
  }

  public boolean isDirectory() {
    return type == Type.DIRECTORY;
  }

  public boolean isSymlink() {
    return type == Type.SYMLINK;
  }

  public boolean isFile() {
    return type == Type.FILE;
  }
}
