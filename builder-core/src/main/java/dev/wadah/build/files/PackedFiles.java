package dev.wadah.build.files;

import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileNode.Identity;
import java.util.Arrays;

/** Attributes of many files by number, 35 bytes each: of those that are no links or devices. */
final class PackedFiles {
  private static final FileNode.Type[] TYPES = FileNode.Type.values();

  private byte[] types = new byte[16];
  private short[] modes = new short[16];
  private int[] uids = new int[16];
  private int[] gids = new int[16];
  private long[] sizes = new long[16];
  private long[] times = new long[16];
  private long[] starts = new long[16];

  /** Whether such a file can be kept here without losing anything. */
  static boolean takes(FileNode node) {
    Identity identity = node.identity();
    return node.link().isEmpty()
        && identity.device() == 0
        && identity.inode() == 0
        && identity.xattrs().isEmpty();
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
  }

  FileNode node(int number) {
    return new FileNode(
        TYPES[types[number]],
        modes[number],
        uids[number],
        gids[number],
        sizes[number],
        times[number],
        "",
        Identity.PLAIN);
  }

  /** Where the content starts. */
  long start(int number) {
    return starts[number];
  }
}
