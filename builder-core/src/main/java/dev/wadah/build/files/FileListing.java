package dev.wadah.build.files;

import dev.wadah.layer.FileNode;
import dev.wadah.posix.PathBytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Gathers a {@link FileList} while a key is made. A key is made of every copy of every build, and
 * its list is wanted only when the copy must be done: so what was taken from the stat cache is kept
 * as it is until then, and nothing is kept of more files than a list may have.
 */
final class FileListing {
  /** The name that stands here is that of a source; what follows lies in it. */
  static final int SOURCE = 0x20;

  /** Owners and a capability follow. */
  static final int OWNED = 0x40;

  /** What an item of {@link KeyItems} has behind its name: kind, owners and device, empty link. */
  private static final int BEFORE_HASH = "FILE\0".length() + 16 + 1;

  private static final int HEX_BYTES = 2 * DigestedTree.HASH_BYTES;

  private static final int FIXED_BYTES = 2 + Short.BYTES + Long.BYTES + 3 * Integer.BYTES;

  /** Pieces in their order: bytes of a list, or {@link KeyItems.Taken}. */
  private final List<Object> pieces = new ArrayList<>();

  private byte[] bytes = new byte[1 << 9];
  private int used;
  private long count;

  /** From now on files are of this source. */
  void source(String name) {
    if (count <= FileList.MOST_FILES) {
      byte[] encoded = PathBytes.encode(name.startsWith("/") ? name.substring(1) : name);
      room(encoded.length);
      name(encoded);
      bytes[used++] = SOURCE;
    }
  }

  /**
   * Adds a file.
   *
   * @param name below its source, without a NUL
   * @param mode as it is in the key
   * @param hashes has the file's at {@code at}
   */
  void add(byte[] name, FileNode node, int mode, boolean owners, byte[] hashes, int at) {
    if (!counted(1)) {
      return;
    }
    room(name.length);
    name(name);
    byte[] capability = node.identity().xattrs().get(Nodes.CAPABILITY);
    boolean owned = owners || capability != null;
    bytes[used++] = (byte) (FileList.kind(node.type()) | (owned ? OWNED : 0));
    bytes[used++] = (byte) (mode >> 8 & 0x0f);
    bytes[used++] = (byte) mode;
    ByteBuffer rest = ByteBuffer.wrap(bytes, used, bytes.length - used);
    if (node.isFile()) {
      rest.put(hashes, at, Long.BYTES);
    } else {
      rest.putLong(node.isSymlink() ? node.link().hashCode() : node.identity().device());
    }
    if (owned) {
      rest.putInt(owners ? node.uid() : 0).putInt(owners ? node.gid() : 0);
      rest.putInt(Arrays.hashCode(capability));
    }
    used = rest.position();
  }

  /** Adds files that were taken together. */
  void add(KeyItems.Taken several) {
    if (counted(several.modes().length / 2)) {
      cut();
      pieces.add(several);
    }
  }

  private boolean counted(int files) {
    count += files;
    if (count > FileList.MOST_FILES && used + pieces.size() > 0) {
      pieces.clear();
      used = 0;
      bytes = new byte[0];
    }
    return count <= FileList.MOST_FILES;
  }

  private void room(int nameBytes) {
    int needed = used + nameBytes + FIXED_BYTES;
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
    }
  }

  private void name(byte[] name) {
    System.arraycopy(name, 0, bytes, used, name.length);
    used += name.length;
    bytes[used++] = 0;
  }

  private void cut() {
    if (used > 0) {
      pieces.add(Arrays.copyOf(bytes, used));
      used = 0;
    }
  }

  /** The list of all that was added. */
  FileList toList() {
    if (count > FileList.MOST_FILES) {
      return FileList.tooLong(count);
    }
    for (Object piece : List.copyOf(pieces)) {
      if (piece instanceof KeyItems.Taken) {
        return joined();
      }
    }
    if (pieces.isEmpty()) {
      return new FileList(Arrays.copyOf(bytes, used), count);
    }
    return joined();
  }

  private FileList joined() {
    cut();
    for (Object piece : pieces) {
      if (piece instanceof KeyItems.Taken several) {
        expand(several);
      } else {
        byte[] some = (byte[]) piece;
        room(some.length);
        System.arraycopy(some, 0, bytes, used, some.length);
        used += some.length;
      }
    }
    FileList list = new FileList(Arrays.copyOf(bytes, used), count);
    used = 0;
    return list;
  }

  /** Plain files of root's, as they are in a key. */
  private void expand(KeyItems.Taken several) {
    byte[] items = several.bytes();
    int mode = 0;
    for (int at = 0; at < items.length; ) {
      int end = at;
      while (items[end] != 0) {
        end++;
      }
      room(end - at);
      System.arraycopy(items, at, bytes, used, end + 1 - at);
      used += end + 1 - at;
      bytes[used++] = (byte) FileList.kind(FileNode.Type.FILE);
      bytes[used++] = (byte) (several.modes()[mode++] & 0x0f);
      bytes[used++] = several.modes()[mode++];
      int hash = end + 1 + BEFORE_HASH;
      for (int i = 0; i < Long.BYTES; i++) {
        int high = Character.digit(items[hash + 2 * i], 16);
        bytes[used++] = (byte) (high << 4 | Character.digit(items[hash + 2 * i + 1], 16));
      }
      at = hash + HEX_BYTES + 1;
    }
  }
}
