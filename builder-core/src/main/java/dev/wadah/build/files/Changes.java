package dev.wadah.build.files;

import dev.wadah.layer.FileNode;
import dev.wadah.layer.LayerEntry;
import dev.wadah.posix.PathTable;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What becomes of the names of a tree. Made for archives of a million files: one with its content
 * in the spool takes some sixty bytes and its name, twelve more where there are hard links; the few
 * others (devices, files with capabilities) are objects.
 */
final class Changes {
  private static final byte CHANGED = 1;
  private static final byte HIDES_ROOT = 2;
  private static final byte OVER_DIRECTORY = 4;
  private static final byte PACKED = 8;

  /** Something below is changed. */
  private static final byte TOUCHED = 16;

  private static final long NO_CONTENT = -1;

  private final PathTable paths = new PathTable();
  private final PackedFiles packed = new PackedFiles();
  private final Map<Integer, FileContent> objects = new HashMap<>();
  private final Spool spool;
  private byte[] flags = new byte[16];

  /** No changes yet; contents in {@code spool} are known by where they begin. */
  Changes(Spool spool) {
    this.spool = spool;
  }

  /**
   * Attributes and content of a file.
   *
   * @param group what {@code inode} is one of, such as the files of one source
   * @param inode equal for the names of one file (hard links) of a group; 0 for a file that has one
   *     name only
   */
  record FileContent(FileNode node, LayerEntry.Content content, int group, long inode) {
    FileContent(FileNode node, LayerEntry.Content content) {
      this(node, content, 0, 0);
    }

    /** The same as an inode that may have several names. */
    FileContent shared(int inGroup, long number) {
      return new FileContent(node, content, inGroup, number);
    }

    boolean isShared() {
      return inode != 0;
    }
  }

  /**
   * What becomes of a name.
   *
   * @param hidesRoot whether nothing below this path in the root can be seen any more
   * @param overDirectory whether a directory of the root was removed here
   */
  record Change(FileContent file, boolean hidesRoot, boolean overDirectory) {}

  /** The paths that have been named, changed or not. */
  PathTable paths() {
    return paths;
  }

  /** What becomes of a path; empty when nothing does. */
  Optional<Change> find(String path) {
    int number = paths.find(path);
    return number < 0 ? Optional.empty() : at(number);
  }

  /** As {@link #find}, by the path's number. */
  Optional<Change> at(int number) {
    if (!has(number, CHANGED)) {
      return Optional.empty();
    }
    FileContent file = has(number, PACKED) ? unpacked(number) : objects.get(number);
    return Optional.of(new Change(file, has(number, HIDES_ROOT), has(number, OVER_DIRECTORY)));
  }

  private FileContent unpacked(int number) {
    FileNode node = packed.node(number);
    long start = packed.start(number);
    return new FileContent(
        node,
        !node.isFile() || start == NO_CONTENT
            ? LayerEntry.Content.NONE
            : new Spool.Kept(spool, start, node.sizeBytes()),
        packed.group(number),
        packed.inode(number));
  }

  /** Whether anything becomes of a path, by its number. */
  boolean isChanged(int number) {
    return has(number, CHANGED);
  }

  private boolean has(int number, byte flag) {
    return number < flags.length && (flags[number] & flag) != 0;
  }

  /** Whether something becomes of what is below a directory. */
  boolean hasBelow(String directory) {
    int number = paths.find(directory);
    return number >= 0 && has(number, TOUCHED);
  }

  /** Whether what the root has at a path is hidden by the next change above it. */
  boolean isHidden(String path) {
    if (path.length() == 1) {
      return false;
    }
    int at = paths.nearest(TreePath.parent(path));
    while (at > 0 && !has(at, CHANGED)) {
      at = paths.parent(at);
    }
    return has(at, HIDES_ROOT);
  }

  /** Sets what becomes of a path. */
  void put(String path, Change change) {
    put(paths.make(path), change);
  }

  /** As {@link #put(String, Change)}, by the path's number. */
  void put(int number, Change change) {
    if (number >= flags.length) {
      flags = Arrays.copyOf(flags, PathTable.grown(number + 1));
    }
    FileContent file = change.file();
    long start = start(file);
    boolean packs = start >= NO_CONTENT && PackedFiles.takes(file.node());
    if (packs) {
      packed.put(number, file.node(), start);
      packed.putInode(number, file.group(), file.inode());
      objects.remove(number);
    } else {
      objects.put(number, file);
    }
    flags[number] =
        (byte)
            (CHANGED
                | (change.hidesRoot() ? HIDES_ROOT : 0)
                | (change.overDirectory() ? OVER_DIRECTORY : 0)
                | (packs ? PACKED : 0)
                | (flags[number] & TOUCHED));
    for (int at = number; at > 0 && !has(paths.parent(at), TOUCHED); at = paths.parent(at)) {
      flags[paths.parent(at)] |= TOUCHED;
    }
  }

  /** Where a content begins in the spool; less than {@link #NO_CONTENT} if it is elsewhere. */
  private long start(FileContent file) {
    LayerEntry.Content content = file.content();
    if (file.node().isFile()
        && content instanceof Spool.Kept kept
        && kept.isIn(spool)
        && kept.length() == file.node().sizeBytes()) {
      return kept.start();
    }
    return content.equals(LayerEntry.Content.NONE) ? NO_CONTENT : NO_CONTENT - 1;
  }

  /** Forgets what becomes of all that is below a directory. */
  void removeBelow(String directory) {
    int top = paths.find(directory);
    if (top < 0) {
      return;
    }
    BitSet below = new BitSet(paths.size());
    below.set(top);
    // Directories have lower numbers than what is in them.
    for (int number = top + 1; number < Math.min(paths.size(), flags.length); number++) {
      if (below.get(paths.parent(number))) {
        below.set(number);
        flags[number] = 0;
        objects.remove(number);
      }
    }
  }
}
