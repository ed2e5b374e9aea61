package dev.wadah.posix;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** What files take on the disk, as {@code du} counts it. */
public final class DiskUsage {
  private DiskUsage() {}

  /**
   * Bytes of a file, or of a directory with all below it; a file with several names below it counts
   * once, links are not followed. What vanishes meanwhile, or is not there, counts nothing.
   */
  public static long of(String path) throws PosixException {
    Set<Long> linked = new HashSet<>();
    Deque<String> left = new ArrayDeque<>();
    left.push(path);
    long bytes = 0;
    while (!left.isEmpty()) {
      String file = left.pop();
      FileStatus status = FileStatus.of(file);
      if (status == null) {
        continue;
      }
      if (status.isDirectory()) {
        String[] names = Posix.names(Posix.CWD, file);
        for (String name : names == null ? new String[0] : names) {
          left.push(file + "/" + name);
        }
      }
      if (status.isDirectory() || status.links() == 1 || linked.add(status.inode())) {
        bytes += status.diskBytes();
      }
    }
    return bytes;
  }
}
