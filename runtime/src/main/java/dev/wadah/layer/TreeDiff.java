package dev.wadah.layer;

import dev.wadah.posix.DirectoryScan;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.PathBytes;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds what a container changed in a tree of plain files, as the entries that {@link UpperDiff}
 * leaves of an overlay's upper directory: the same layer, byte for byte.
 *
 * <p>A file whose inode and time of change are as before is unchanged; of any other one the
 * attributes, then the content, are compared with the layers below. A directory in the place of
 * another one is opaque. On the way the tree is made what the new layer will show: sockets and
 * names that a tar would carry as whiteouts go, a directory in which nothing changed gets its time
 * back.
 */
final class TreeDiff {
  private final String root;
  private final TreeStamps before;
  private final FileComparison comparison;
  private final Set<Long> changedLinks = new HashSet<>();
  private final List<LayerEntry> entries = new ArrayList<>();
  private final Map<Long, List<String>> links = new HashMap<>();
  private final Set<String> placed;
  private boolean likeLayers = true;

  /**
   * The changes in a tree.
   *
   * @param root absolute; in use by nobody
   * @param before what it was
   * @param parent the layers that it was made of
   * @param placed mount points that were in the tree before and are in no layer; those that come
   *     into the new layer are taken out
   */
  TreeDiff(String root, TreeStamps before, FileTree parent, Set<String> placed) {
    this.root = root;
    this.placed = placed;
    this.before = before;
    this.comparison = new FileComparison(root, parent);
  }

  /** What is to be said of a name, perhaps; {@code inside} of a directory. */
  private record Change(String path, What what, long inode, List<Change> inside) {
    static Change of(String path, What what) {
      return new Change(path, what, 0, List.of());
    }
  }

  private enum What {
    GONE,
    CHANGED,
    /** One of several names of a file that is as it was; with the others. */
    LINKED,
    /** A directory that is as it was; with what changed in it. */
    DIRECTORY,
    CHANGED_DIRECTORY,
    OPAQUE_DIRECTORY
  }

  /** The layer's entries in canonical order. */
  List<LayerEntry> entries() throws IOException {
    for (Change change : children("", Below.MERGED)) {
      write(change);
    }
    return entries;
  }

  /** Whether what was there before shows through where we are. */
  private enum Below {
    MERGED,
    HIDDEN
  }

  private List<Change> children(String directory, Below below) throws IOException {
    DirectoryScan now = TreeStamps.scan(root + directory);
    TreeStamps.Directory stamp = below == Below.MERGED ? before.directory(directory) : null;
    DirectoryScan old = stamp == null ? null : stamp.files();
    List<Change> changes = new ArrayList<>();
    int gone = 0;
    for (int next = 0; next < now.size(); next++) {
      String name = now.name(next);
      int was = old == null ? -1 : old.find(name, gone);
      for (; was >= 0 && gone < was; gone++) {
        addGone(directory + "/" + old.name(gone), changes);
      }
      gone = was < 0 ? gone : was + 1;
      Change change = child(directory + "/" + name, new Stamp(now, next), Stamp.of(old, was));
      if (change != null) {
        changes.add(change);
      }
    }
    for (; old != null && gone < old.size(); gone++) {
      addGone(directory + "/" + old.name(gone), changes);
    }
    changes.sort((a, b) -> PathBytes.compare(a.path(), b.path()));
    return changes;
  }

  private void addGone(String path, List<Change> changes) {
    if (!placed.remove(path)) {
      changes.add(Change.of(path, What.GONE));
    }
  }

  /** A line of a scan. */
  private record Stamp(DirectoryScan scan, int at) {
    static Stamp of(DirectoryScan scan, int at) {
      return at < 0 ? null : new Stamp(scan, at);
    }

    int type() {
      return scan.type(at);
    }

    boolean isSame(Stamp other) {
      return type() == other.type()
          && scan.inode(at) == other.scan.inode(other.at)
          && scan.ctimeNanos(at) == other.scan.ctimeNanos(other.at);
    }
  }

  /** Null when there is nothing to be said. */
  private Change child(String path, Stamp now, Stamp old) throws IOException {
    if (now.type() == FileStatus.S_IFDIR && !isLost(path)) {
      return directory(path, now, old);
    }
    if (old != null && (now.isSame(old) || isPlaced(path, now))) {
      return null;
    }
    if (now.type() == FileStatus.S_IFSOCK || isLost(path) || isDevice0(now)) {
      MountStubs.remove(root, path);
      likeLayers &= old == null; // the layer does not hide what was there
      return null;
    }
    FileStatus status = FileStatus.of(root + path);
    boolean changed =
        old == null
            || now.scan().mtimeNanos(now.at()) != old.scan().mtimeNanos(old.at())
            || comparison.differs(path, status);
    if (status.links() > 1) {
      if (changed) {
        changedLinks.add(status.inode());
      }
      return new Change(path, What.LINKED, status.inode(), List.of());
    }
    return changed ? Change.of(path, What.CHANGED) : null;
  }

  /** A mount point that is still empty, whatever its time. */
  private boolean isPlaced(String path, Stamp now) {
    return now.type() == FileStatus.S_IFREG
        && now.scan().sizeBytes(now.at()) == 0
        && placed.contains(path);
  }

  /** A name that a tar would carry as a whiteout. */
  private static boolean isLost(String path) {
    return path.startsWith(".wh.", path.lastIndexOf('/') + 1);
  }

  /** What overlay takes for a whiteout; no driver has this number. */
  private static boolean isDevice0(Stamp now) {
    return now.type() == FileStatus.S_IFCHR && now.scan().sizeBytes(now.at()) == 0;
  }

  private Change directory(String path, Stamp now, Stamp old) throws IOException {
    boolean wasDirectory = old != null && old.type() == FileStatus.S_IFDIR;
    boolean same =
        wasDirectory
            && before.isSame(root, path, old.scan().inode(old.at()), now.scan().inode(now.at()));
    List<Change> inside = children(path, same ? Below.MERGED : Below.HIDDEN);
    What what = What.DIRECTORY;
    if (!same) {
      what = wasDirectory ? What.OPAQUE_DIRECTORY : What.CHANGED_DIRECTORY;
    } else if (!now.isSame(old) && comparison.directoryDiffers(path)) {
      what = What.CHANGED_DIRECTORY;
    }
    if (what == What.DIRECTORY && inside.isEmpty()) {
      restoreTime(path, now, old);
      return null;
    }
    return new Change(path, what, 0, inside);
  }

  /** The layer says nothing of the directory, so its time is that of the layers below. */
  private void restoreTime(String path, Stamp now, Stamp old) throws IOException {
    long mtime = old.scan().mtimeNanos(old.at());
    if (mtime != now.scan().mtimeNanos(now.at())) {
      Posix.setModified(Posix.CWD, root + path, mtime);
    }
  }

  /** Whether anything of it will be written. */
  private boolean isReal(Change change) {
    return switch (change.what()) {
      case LINKED -> changedLinks.contains(change.inode());
      case DIRECTORY -> {
        boolean real = false;
        for (Change inside : change.inside()) {
          real = real || isReal(inside);
        }
        yield real;
      }
      default -> true;
    };
  }

  private void write(Change change) throws IOException {
    if (!isReal(change)) {
      likeLayers = false; // names that became one file, or a time that nobody shall see
      return;
    }
    String path = change.path();
    placed.remove(path);
    switch (change.what()) {
      case GONE -> entries.add(new LayerEntry.Whiteout(path));
      case LINKED -> {
        List<String> names = links.computeIfAbsent(change.inode(), inode -> new ArrayList<>());
        names.add(path);
        entries.add(names.size() == 1 ? file(path) : new LayerEntry.HardLink(path, names.get(0)));
      }
      default -> entries.add(file(path));
    }
    if (change.what() == What.OPAQUE_DIRECTORY) {
      entries.add(new LayerEntry.Opaque(path));
    }
    for (Change inside : change.inside()) {
      write(inside);
    }
  }

  /** The names of files that have several; after {@link #entries}. */
  Iterable<List<String>> links() {
    return links.values();
  }

  /**
   * Whether the tree now shows what the layers and the new one on top of them show, but for links;
   * after {@link #entries}.
   */
  boolean isLikeLayers() {
    return likeLayers;
  }

  private LayerEntry file(String path) throws IOException {
    FileNode node = FileNodes.of(root + path, FileStatus.of(root + path));
    return new LayerEntry.File(
        path, node, node.isFile() ? new HostContent(root + path) : LayerEntry.Content.NONE);
  }
}
