package dev.wadah.layer;

import dev.wadah.posix.PathTable;

/**
 * The first names of files that have several (hard links), by their inodes. Made for archives of a
 * million of them: each takes some sixty bytes and its name. Not for use by several threads at
 * once.
 */
public final class FirstNames {
  private final PathTable paths = new PathTable();

  /** Inodes and the numbers of their paths, at most half full; a number is 0 where nothing is. */
  private long[] inodes = new long[16];

  private int[] numbers = new int[16];
  private int size;

  /**
   * Notes a name, if its file has none yet.
   *
   * @param path absolute, {@code /}-separated, not the root
   * @return the name that the file had before; null when this is its first
   */
  public String putIfAbsent(long inode, String path) {
    int slot = slot(inode);
    if (numbers[slot] != 0) {
      return paths.path(numbers[slot]);
    }
    inodes[slot] = inode;
    numbers[slot] = paths.make(path);
    if (++size > inodes.length / 2) {
      widen();
    }
    return null;
  }

  private int slot(long inode) {
    long hash = inode * 0x9E3779B97F4A7C15L;
    int slot = (int) (hash >>> 32) & inodes.length - 1;
    while (numbers[slot] != 0 && inodes[slot] != inode) {
      slot = slot + 1 & inodes.length - 1;
    }
    return slot;
  }

  private void widen() {
    long[] oldInodes = inodes;
    int[] oldNumbers = numbers;
    inodes = new long[oldInodes.length * 2];
    numbers = new int[oldInodes.length * 2];
    for (int i = 0; i < oldInodes.length; i++) {
      if (oldNumbers[i] != 0) {
        int slot = slot(oldInodes[i]);
        inodes[slot] = oldInodes[i];
        numbers[slot] = oldNumbers[i];
      }
    }
  }
}
