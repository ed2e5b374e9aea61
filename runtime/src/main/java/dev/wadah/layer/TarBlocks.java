package dev.wadah.layer;

import dev.wadah.posix.PathBytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the header blocks of entries in the one form that Wadah's layers have: ustar; a PAX header
 * only for what ustar cannot say; numeric owners, no names; no access or change time; modification
 * time in whole seconds, rounded down, as Docker's layers have it; of extended attributes only
 * {@code security.capability}.
 */
final class TarBlocks {
  static final String CAPABILITY = "security.capability";

  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final int NAME_BYTES = 100;
  private static final int PREFIX_BYTES = 155;

  private final TreeMap<String, byte[]> pax = new TreeMap<>();

  /** Files that further names may come to. */
  private final Map<String, FileNode> linked = new HashMap<>();

  private byte[] out = new byte[4 * TarHeader.BLOCK];
  private int length;

  /** The bytes written for the last entry, up to {@link #length()}. */
  byte[] bytes() {
    return out;
  }

  int length() {
    return length;
  }

  /** Two zero blocks. */
  void end() {
    java.util.Arrays.fill(out, 0, 2 * TarHeader.BLOCK, (byte) 0);
    length = 2 * TarHeader.BLOCK;
  }

  /** Writes the header of an entry. */
  void entry(LayerEntry entry) {
    if (entry instanceof LayerEntry.File file) {
      file(file.path(), file.node());
      if (file.node().identity().inode() != 0) {
        linked.put(file.path(), file.node());
      }
    } else if (entry instanceof LayerEntry.HardLink link) {
      // Docker gives the file the owner and mode that the link's header says: they must be the
      // file's.
      FileNode target = linked.get(link.target());
      if (target == null) {
        throw new IllegalArgumentException(
            "%s is a hard link to %s, which was not told to be one"
                .formatted(link.path(), link.target()));
      }
      hardLink(link.path(), link.target(), target);
    } else if (entry instanceof LayerEntry.Whiteout whiteout) {
      whiteout(whiteout.path());
    } else {
      opaque(entry.path());
    }
  }

  private void file(String path, FileNode node) {
    String name = path.substring(1) + (node.isDirectory() ? "/" : "");
    byte[] capability = node.isFile() ? node.identity().xattrs().get(CAPABILITY) : null;
    if (capability != null) {
      pax.put("SCHILY.xattr." + CAPABILITY, capability);
    }
    header(name, typeFlag(node.type()), node, node.isSymlink() ? node.link() : "");
  }

  private void hardLink(String path, String target, FileNode node) {
    header(path.substring(1), '1', withoutContent(node), target.substring(1));
  }

  private void whiteout(String path) {
    int slash = path.lastIndexOf('/') + 1;
    marker(path.substring(1, slash) + WHITEOUT + path.substring(slash));
  }

  private void opaque(String directory) {
    marker(directory.equals("/") ? OPAQUE : directory.substring(1) + "/" + OPAQUE);
  }

  private void marker(String name) {
    header(name, '0', MARKER, "");
  }

  private static final FileNode MARKER =
      new FileNode(FileNode.Type.FILE, 0, 0, 0, 0, 0, "", FileNode.Identity.PLAIN);

  private static FileNode withoutContent(FileNode n) {
    return new FileNode(
        n.type(), n.mode(), n.uid(), n.gid(), 0, n.mtimeNanos(), "", FileNode.Identity.PLAIN);
  }

  private static char typeFlag(FileNode.Type type) {
    return switch (type) {
      case FILE -> '0';
      case SYMLINK -> '2';
      case CHARACTER_DEVICE -> '3';
      case BLOCK_DEVICE -> '4';
      case DIRECTORY -> '5';
      case FIFO -> '6';
      case SOCKET -> throw new IllegalArgumentException("a socket cannot be in a layer");
    };
  }

  /** What fills the block up after {@code sizeBytes} bytes of content. */
  static int padding(long sizeBytes) {
    return (int) (-sizeBytes & (TarHeader.BLOCK - 1));
  }

  /** Writes the ustar block, after a PAX header when a value did not fit. */
  private void header(String name, char type, FileNode node, String link) {
    byte[] block = new byte[TarHeader.BLOCK];
    putName(block, PathBytes.encode(name));
    putLink(block, PathBytes.encode(link));
    octal(block, 100, 8, node.mode());
    putNumber(block, 108, 8, "uid", Integer.toUnsignedLong(node.uid()));
    putNumber(block, 116, 8, "gid", Integer.toUnsignedLong(node.gid()));
    putNumber(block, 124, 12, "size", node.isFile() ? node.sizeBytes() : 0);
    putNumber(block, 136, 12, "mtime", mtimeSeconds(node));
    if (type == '3' || type == '4') {
      octal(block, 329, 8, major(node.identity().device()));
      octal(block, 337, 8, minor(node.identity().device()));
    }
    finish(block, type);
    length = 0;
    if (!pax.isEmpty()) {
      appendPax();
    }
    append(block, TarHeader.BLOCK);
  }

  /**
   * Between 1901 and 2242, which every file system can hold (ext4 ends at 2446, ustar's field at
   * 2242): the tar that a tree gives back must be the one it came from.
   */
  private static long mtimeSeconds(FileNode node) {
    long seconds = Math.floorDiv(node.mtimeNanos(), 1_000_000_000L);
    return Math.max(Integer.MIN_VALUE, Math.min(seconds, (1L << 33) - 1));
  }

  private static void finish(byte[] block, char type) {
    block[156] = (byte) type;
    byte[] magic = {'u', 's', 't', 'a', 'r', 0, '0', '0'};
    System.arraycopy(magic, 0, block, 257, magic.length);
    java.util.Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xFF;
    }
    octal(block, 148, 7, sum); // six digits, NUL, and a blank stays behind it
  }

  private void appendPax() {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (Map.Entry<String, byte[]> record : pax.entrySet()) {
      byte[] key = (" " + record.getKey() + "=").getBytes(StandardCharsets.US_ASCII);
      int without = key.length + record.getValue().length + 1;
      int total = without + digits(without);
      total = without + digits(total); // its own digits may make it one digit longer
      records.writeBytes(Integer.toString(total).getBytes(StandardCharsets.US_ASCII));
      records.writeBytes(key);
      records.writeBytes(record.getValue());
      records.write('\n');
    }
    pax.clear();
    byte[] block = new byte[TarHeader.BLOCK];
    byte[] name = "././@PaxHeader".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(name, 0, block, 0, name.length);
    octal(block, 100, 8, 0);
    octal(block, 108, 8, 0);
    octal(block, 116, 8, 0);
    octal(block, 124, 12, records.size());
    octal(block, 136, 12, 0);
    finish(block, 'x');
    append(block, TarHeader.BLOCK);
    append(records.toByteArray(), records.size());
  }

  private static int digits(int number) {
    return Integer.toString(number).length();
  }

  /** Appends and fills up to the end of a block. */
  private void append(byte[] bytes, int count) {
    int end = length + (count + TarHeader.BLOCK - 1) / TarHeader.BLOCK * TarHeader.BLOCK;
    if (end > out.length) {
      out = java.util.Arrays.copyOf(out, end * 2);
    }
    System.arraycopy(bytes, 0, out, length, count);
    java.util.Arrays.fill(out, length + count, end, (byte) 0);
    length = end;
  }

  /** Name, or prefix and name, or a PAX record for what is too long or not ASCII. */
  private void putName(byte[] block, byte[] name) {
    if (!isAscii(name)) {
      pax.put("path", name);
      return;
    }
    if (name.length <= NAME_BYTES) {
      System.arraycopy(name, 0, block, 0, name.length);
      return;
    }
    int slash = Math.min(PREFIX_BYTES, name.length - 2);
    while (slash > 0 && name[slash] != '/') {
      slash--;
    }
    if (slash <= 0 || name.length - slash - 1 > NAME_BYTES) {
      pax.put("path", name);
      return;
    }
    System.arraycopy(name, 0, block, 345, slash);
    System.arraycopy(name, slash + 1, block, 0, name.length - slash - 1);
  }

  private void putLink(byte[] block, byte[] link) {
    if (link.length > NAME_BYTES || !isAscii(link)) {
      pax.put("linkpath", link);
    } else {
      System.arraycopy(link, 0, block, 157, link.length);
    }
  }

  private static boolean isAscii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  private void putNumber(byte[] block, int at, int width, String key, long value) {
    long most = (1L << (3 * (width - 1))) - 1;
    boolean fits = value >= 0 && value <= most;
    octal(block, at, width, fits ? value : 0);
    if (!fits) {
      pax.put(key, Long.toString(value).getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** {@code width - 1} octal digits and a NUL. */
  private static void octal(byte[] block, int at, int width, long value) {
    long rest = value;
    block[at + width - 1] = 0;
    for (int i = at + width - 2; i >= at; i--) {
      block[i] = (byte) ('0' + (rest & 7));
      rest >>= 3;
    }
  }

  /** As glibc's gnu_dev_major. */
  static int major(long device) {
    return (int) ((device >>> 8 & 0xFFF) | (device >>> 32 & 0xFFFFF000L));
  }

  /** As glibc's gnu_dev_minor. */
  static int minor(long device) {
    return (int) ((device & 0xFF) | (device >>> 12 & 0xFFFFFF00L));
  }
}
