package dev.wadah.build.context;

import dev.wadah.posix.DirectoryScan;
import dev.wadah.posix.FileStatus;

/**
 * What tells that a file is as it was: any change of its content changes one of these.
 *
 * @param sizeBytes length
 * @param mtimeNanos when the content changed; programs may set it
 * @param ctimeNanos when anything changed, by the kernel
 * @param inode which file has the name
 */
record Stamp(long sizeBytes, long mtimeNanos, long ctimeNanos, long inode) {
  static Stamp of(FileStatus status) {
    return new Stamp(status.sizeBytes(), status.mtimeNanos(), status.ctimeNanos(), status.inode());
  }

  static Stamp of(DirectoryScan scan, int index) {
    return new Stamp(
        scan.sizeBytes(index), scan.mtimeNanos(index), scan.ctimeNanos(index), scan.inode(index));
  }

  /** Whether the four numbers from {@code from} on, as the kernel's calls give them, are these. */
  boolean is(long[] values, int from) {
    return sizeBytes == values[from]
        && mtimeNanos == values[from + 1]
        && ctimeNanos == values[from + 2]
        && inode == values[from + 3];
  }
}
