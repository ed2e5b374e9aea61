package dev.wadah.build.files;

import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileNode.Identity;
import dev.wadah.posix.PathBytes;
import dev.wadah.posix.PathTable;
import java.util.Arrays;

/**
 * Attributes of many files by number, 35 bytes each and a link's target: of all but devices. When
 * some have several names (hard links), twelve more for each.
 */
final class PackedFiles {
  private static final FileNode.Type[] TYPES = FileNode.Type.values();

  private byte[] types = new byte[16];
  private short[] modes = new short[16];
  private int[] uids = new int[16];
  private int[] gids = new int[16];
  private long[] sizes = new long[16];
  private long[] times = new long[16];
  private long[] starts = new long[16];

  /** Targets of links, one after the other; {@link #sizes} says how long, and starts where. */
  private byte[] targets = new byte[256];

  private int targetsEnd;

  /** Inodes of files that have several names, 0 for others; these two are empty while all are. */
  private long[] inodes = {};

  private int[] groups = {};

  /** Whether such a file can be kept here without losing anything. */
  static boolean takes(FileNode node) {
    Identity identity = node.identity();
    boolean linkIsAll = node.isSymlink() ? node.sizeBytes() == 0 : node.link().isEmpty();
    return linkIsAll
        && identity.device() == 0
        && identity.inode() == 0
        && identity.xattrs().isEmpty();
  }

  /** Says which inode a file is, of those of a group; 0 when it has one name only. */
  void putInode(int number, int group, long inode) {
    if (inode == 0 && number >= inodes.length) {
      return;
    }
    if (number >= inodes.length) {
      int length = PathTable.grown(Math.max(number + 1, types.length));
      inodes = Arrays.copyOf(inodes, length);
      groups = Arrays.copyOf(groups, length);
    }
    inodes[number] = inode;
    groups[number] = group;
  }

  /** The inode of a file that may have several names; 0 for one that has one only. */
  long inode(int number) {
    return number < inodes.length ? inodes[number] : 0;
  }

  /** What the inode is one of. */
  int group(int number) {
    return number < groups.length ? groups[number] : 0;
  }

  /** Keeps a file that is {@linkplain #takes taken}, and where its content starts. */
  @SuppressWarnings("EnumOrdinal") // in memory only
  void put(int number, FileNode node, long start) {
    if (number >= types.length) {
      int length = PathTable.grown(number + 1);
      types = Arrays.copyOf(types, length);
      modes = Arrays.copyOf(modes, length);
      uids = Arrays.copyOf(uids, length);
      gids = Arrays.copyOf(gids, length);
      sizes = Arrays.copyOf(sizes, length);
      times = Arrays.copyOf(times, length);
      starts = Arrays.copyOf(starts, length);
    }
    types[number] = (byte) node.type().ordinal();
    modes[number] = (short) node.mode();
    uids[number] = node.uid();
    gids[number] = node.gid();
    sizes[number] = node.sizeBytes();
    times[number] = node.mtimeNanos();
    starts[number] = start;
    if (node.isSymlink()) {
      putTarget(number, PathBytes.encode(node.link()));
    }
  }

  private void putTarget(int number, byte[] target) {
    int end = Math.addExact(targetsEnd, target.length);
    if (end > targets.length) {
      targets = Arrays.copyOf(targets, PathTable.grown(end));
    }
    System.arraycopy(target, 0, targets, targetsEnd, target.length);
    sizes[number] = target.length;
    starts[number] = targetsEnd;
    targetsEnd = end;
  }

  FileNode node(int number) {
    FileNode.Type type = TYPES[types[number]];
    boolean link = type == FileNode.Type.SYMLINK;
    int size = (int) sizes[number];
    return new FileNode(
        type,
        modes[number],
        uids[number],
        gids[number],
        link ? 0 : sizes[number],
        times[number],
        link ? PathBytes.decode(targets, (int) starts[number], size) : "",
        Identity.PLAIN);
  }

  /** Where the content of a file starts. */
  long start(int number) {
    return starts[number];
  }
}
