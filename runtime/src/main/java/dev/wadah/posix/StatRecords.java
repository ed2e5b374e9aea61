package dev.wadah.posix;

import java.nio.ByteBuffer;

/**
 * Records of files with the SHA-256 of their contents and what lstat said of them then, in a direct
 * buffer, one behind the other; and how those that still hold are taken into a content key, many in
 * one call.
 *
 * <p>A record: hash of the path, size, modification time, change time, inode (each 8 bytes), the
 * SHA-256, the length of the path (2 bytes), the path.
 */
public final class StatRecords {
  /** Bytes of a record before its path. */
  public static final int FIXED_BYTES = 5 * Long.BYTES + 32 + Short.BYTES;

  /** Bytes of an item in a key at most, the directories in its name left out. */
  public static final int ITEM_BYTES = 384;

  static {
    Natives.load();
  }

  private StatRecords() {}

  /**
   * Where {@code count} records from {@code at} on end.
   *
   * @return -1 when the buffer is too short for them
   */
  public static native long end(ByteBuffer records, int at, int count);

  /**
   * Takes names of a directory into a key, up to the first that is no regular file without a
   * capability, that is not what the next record says, or for which there is no room. An item is
   * what {@code dev.wadah.build.files.ContentKeys} makes of a file of root's: name and kind with a
   * NUL each, owners and device, an empty link, the hash in hexadecimal digits and a NUL. Modes go
   * elsewhere, two bytes each.
   *
   * @param places where to begin: name, end of the names, record, end of the items, end of the
   *     modes; gets where it ended
   * @param path the directory, with a slash at its end
   * @param relative where in {@code path} the part begins that is written before each name
   * @param out for items and for modes
   */
  public static void take(
      DirectoryScan scan, ByteBuffer records, int[] places, byte[] path, int relative, byte[][] out)
      throws PosixException {
    take(scan.arrays(), records, places, path, relative, out);
  }

  private static native void take(
      Object[] scan, ByteBuffer records, int[] places, byte[] path, int relative, byte[][] out)
      throws PosixException;
}
