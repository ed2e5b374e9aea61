package dev.wadah.layer.tar;

import java.util.Map;

/**
 * One entry of a tar archive, as {@link TarReader} found it, where nothing in it is trusted, or as
 * {@link TarBlocks} shall write it.
 *
 * @param kind what it is
 * @param name as written, in the form of {@link dev.wadah.posix} paths; may hold {@code ..} or
 *     start with {@code /}
 * @param link target of a symbolic or hard link, else empty
 * @param mode permission bits, 07777
 * @param owner numeric owner and group
 * @param sizeBytes of the content, holes of a sparse file included
 * @param mtimeNanos since 1970
 * @param extras device number and extended attributes
 */
public record TarEntry(
    Kind kind,
    String name,
    String link,
    int mode,
    Owner owner,
    long sizeBytes,
    long mtimeNanos,
    Extras extras) {

  /** Kinds of entries. */
  public enum Kind {
    FILE,
    HARD_LINK,
    SYMLINK,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    DIRECTORY,
    FIFO
  }

  /** Numeric owner and group; numbers above 2^31 are negative. */
  public record Owner(int uid, int gid) {}

  /**
   * What few entries have.
   *
   * @param major of a device
   * @param minor of a device
   * @param xattrs {@code SCHILY.xattr.*} records
   */
  public record Extras(int major, int minor, Map<String, byte[]> xattrs) {
    /** No device, no attributes. */
    public static final Extras NONE = new Extras(0, 0, Map.of());
  }
}
