package dev.wadah.layer;

import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Mount points that were made for one container, and are in a layer only if they hold something.
 */
final class MountStubs {
  /** No lambda: this runs at the end of a JVM's first step, where that costs milliseconds. */
  private static final Comparator<String> LONGEST_FIRST =
      new Comparator<>() {
        @Override
        public int compare(String one, String other) {
          return Integer.compare(other.length(), one.length());
        }
      };

  private final String root;
  private final FileTree parent;
  private final Set<String> placed;

  /** In the directory {@code root}, over {@code parent}. */
  MountStubs(String root, FileTree parent) {
    this(root, parent, Set.of());
  }

  /**
   * As {@link #MountStubs(String, FileTree)}.
   *
   * @param placed paths that stay although {@code parent} does not have them
   */
  MountStubs(String root, FileTree parent, Set<String> placed) {
    this.root = root;
    this.parent = parent;
    this.placed = placed;
  }

  /** Removes those that are empty. Deeper ones first, so that a stub in a stub goes with it. */
  void remove(List<String> stubs) throws IOException {
    List<String> sorted = new ArrayList<>(stubs);
    sorted.sort(LONGEST_FIRST);
    for (String stub : sorted) {
      for (String path = stub;
          path.length() > 1 && removeStub(path);
          path = path.substring(0, path.lastIndexOf('/'))) {
        // On to the parent, which was perhaps made for this stub only.
      }
    }
  }

  private boolean removeStub(String path) throws IOException {
    FileStatus status = FileStatus.of(root + path);
    if (status == null || placed.contains(path) || parent.find(path).isPresent()) {
      return false;
    }
    boolean empty =
        status.isDirectory()
            ? Posix.names(Posix.CWD, root + path).length == 0
            : status.isFile() && status.sizeBytes() == 0;
    if (empty) {
      remove(root, path);
    }
    return empty;
  }

  /** Removes and gives the parent the time back that it had: nobody shall see that we were here. */
  static void remove(String root, String path) throws IOException {
    String directory = root + path.substring(0, path.lastIndexOf('/'));
    long mtime = FileStatus.of(directory).mtimeNanos();
    Posix.removeTree(Posix.CWD, root + path);
    Posix.setModified(Posix.CWD, directory, mtime);
  }
}
