package dev.wadah.layer;

import dev.wadah.posix.DirectoryScan;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a tree of plain files was at one moment, so that a later look tells what has changed since:
 * inode and time of change of every file, which no program can set.
 */
final class TreeStamps {
  /** Two changes within one tick of the kernel's clock have the same time. */
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Map<String, Directory> directories = new HashMap<>();
  private long latest;

  private TreeStamps() {}

  /**
   * A directory.
   *
   * @param birthNanos tells it from a later one with its inode; -1 where that is not known
   */
  record Directory(DirectoryScan files, long birthNanos) {}

  /** Looks at the tree {@code root}, which nobody changes meanwhile. */
  static TreeStamps of(String root) throws IOException {
    TreeStamps stamps = new TreeStamps();
    stamps.look(root);
    long age = System.currentTimeMillis() * 1_000_000 - stamps.latest;
    if (age >= 0 && age < TICK_NANOS) {
      try {
        TimeUnit.NANOSECONDS.sleep(TICK_NANOS - age);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the step was stopped");
      }
    }
    return stamps;
  }

  private void look(String root) throws IOException {
    Deque<String> paths = new ArrayDeque<>();
    paths.push("");
    while (!paths.isEmpty()) {
      String path = paths.pop();
      DirectoryScan files = scan(root + path);
      directories.put(path, new Directory(files, birth(root + path)));
      for (int i = 0; i < files.size(); i++) {
        latest = Math.max(latest, files.ctimeNanos(i));
        if (files.type(i) == FileStatus.S_IFDIR) {
          paths.push(path + "/" + files.name(i));
        }
      }
    }
  }

  /** The directory that {@code path} was, "" being the root; null when it was none. */
  Directory directory(String path) {
    return directories.get(path);
  }

  /** Whether a directory that is there now is the one that was, and not a new one in its place. */
  boolean isSame(String root, String path, long inodeBefore, long inodeNow) throws IOException {
    Directory before = directories.get(path);
    return before != null
        && inodeBefore == inodeNow
        && (before.birthNanos() == -1 || before.birthNanos() == birth(root + path));
  }

  private static long birth(String directory) throws PosixException {
    return Posix.birth(Posix.CWD, directory);
  }

  static DirectoryScan scan(String directory) throws IOException {
    int open = Posix.openDirectory(Posix.CWD, directory);
    try {
      return DirectoryScan.of(open);
    } finally {
      Posix.close(open);
    }
  }
}
