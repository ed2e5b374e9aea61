package dev.wadah.layer;

import dev.wadah.posix.DirectoryScan;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.PathBytes;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
  private final List<Change> changes = new ArrayList<>();
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

  /**
   * What is to be said of a name, perhaps.
   *
   * @param directory place of the directory that it is in, in the list of changes; -1 for the root
   */
  private record Change(String path, What what, long inode, int directory) {}

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
    visitAll();
    boolean[] real = real();
    List<LayerEntry> entries = new ArrayList<>();
    for (int i = 0; i < real.length; i++) {
      if (real[i]) {
        write(changes.get(i), entries);
      } else {
        likeLayers = false; // names that became one file, or a time that nobody shall see
      }
    }
    return entries;
  }

  /** Which changes are written. A directory comes before what is in it. */
  private boolean[] real() {
    boolean[] real = new boolean[changes.size()];
    for (int i = real.length - 1; i >= 0; i--) {
      Change change = changes.get(i);
      real[i] |=
          change.what() == What.LINKED
              ? changedLinks.contains(change.inode())
              : change.what() != What.DIRECTORY;
      if (real[i] && change.directory() >= 0) {
        real[change.directory()] = true;
      }
    }
    return real;
  }

  /** A directory that is being visited. */
  private static final class Open {
    final String path;
    final Stamp now;
    final Stamp old;

    /** Place among the changes. */
    final int place;

    final DirectoryScan files;

    /** What was there before and shows through; null when nothing does. */
    final DirectoryScan before;

    int next;
    int gone;

    Open(String path, Stamp now, Stamp old, int place, DirectoryScan[] scans) {
      this.path = path;
      this.now = now;
      this.old = old;
      this.place = place;
      this.files = scans[0];
      this.before = scans[1];
    }
  }

  /** A stack of our own, since directories may lie thousands deep. */
  private void visitAll() throws IOException {
    Deque<Open> open = new ArrayDeque<>();
    open.push(new Open("", null, null, -1, scans("", true)));
    while (!open.isEmpty()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while looking for what a step changed");
      }
      Open at = open.peek();
      boolean last = at.next == at.files.size(); // then only what is gone may be left
      Open inner = visitNext(at);
      if (inner != null) {
        open.push(inner);
      } else if (last) {
        open.pop();
        leave(at);
      }
    }
  }

  private DirectoryScan[] scans(String path, boolean merged) throws IOException {
    TreeStamps.Directory stamp = merged ? before.directory(path) : null;
    return new DirectoryScan[] {TreeStamps.scan(root + path), stamp == null ? null : stamp.files()};
  }

  /** The directory that comes next, to be visited first; null when it was something else. */
  private Open visitNext(Open at) throws IOException {
    String name = at.next < at.files.size() ? at.files.name(at.next) : null;
    int was = -1;
    for (; at.before != null && at.gone < at.before.size() && was < 0; at.gone++) {
      String old = at.before.name(at.gone);
      int order = name == null ? -1 : PathBytes.compare(old, name);
      if (order > 0) {
        break;
      }
      if (order == 0) {
        was = at.gone;
      } else {
        addGone(at, at.path + "/" + old);
      }
    }
    if (name == null) {
      return null;
    }
    Stamp now = new Stamp(at.files, at.next++);
    String path = at.path + "/" + name;
    if (now.type() == FileStatus.S_IFDIR && !isLost(path)) {
      return enter(at, path, now, Stamp.of(at.before, was));
    }
    file(at, path, now, Stamp.of(at.before, was));
    return null;
  }

  private void addGone(Open at, String path) {
    if (!placed.remove(path)) {
      changes.add(new Change(path, What.GONE, 0, at.place));
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

    long mtimeNanos() {
      return scan.mtimeNanos(at);
    }

    boolean isSame(Stamp other) {
      return type() == other.type()
          && scan.inode(at) == other.scan.inode(other.at)
          && scan.ctimeNanos(at) == other.scan.ctimeNanos(other.at);
    }
  }

  private Open enter(Open at, String path, Stamp now, Stamp old) throws IOException {
    boolean wasDirectory = old != null && old.type() == FileStatus.S_IFDIR;
    boolean same =
        wasDirectory
            && before.isSame(root, path, old.scan().inode(old.at()), now.scan().inode(now.at()));
    What what = What.DIRECTORY;
    if (!same) {
      what = wasDirectory ? What.OPAQUE_DIRECTORY : What.CHANGED_DIRECTORY;
    } else if (!now.isSame(old) && !placed.contains(path) && comparison.directoryDiffers(path)) {
      what = What.CHANGED_DIRECTORY;
    }
    changes.add(new Change(path, what, 0, at.place));
    return new Open(path, now, old, changes.size() - 1, scans(path, same));
  }

  /** The layer says nothing of a directory without changes: its time is that of lower layers. */
  private void leave(Open at) throws IOException {
    boolean nothing =
        at.place >= 0
            && at.place == changes.size() - 1
            && changes.get(at.place).what() == What.DIRECTORY;
    if (nothing) {
      changes.remove(at.place);
      if (at.old.mtimeNanos() != at.now.mtimeNanos()) {
        Posix.setModified(Posix.CWD, root + at.path, at.old.mtimeNanos());
      }
    }
  }

  private void file(Open at, String path, Stamp now, Stamp old) throws IOException {
    if (old != null && (now.isSame(old) || isPlaced(path, now))) {
      return;
    }
    if (now.type() == FileStatus.S_IFSOCK || isLost(path) || isDevice0(now)) {
      MountStubs.remove(root, path);
      likeLayers &= old == null; // the layer does not hide what was there
      return;
    }
    FileStatus status = FileStatus.of(root + path);
    boolean changed =
        old == null || now.mtimeNanos() != old.mtimeNanos() || comparison.differs(path, status);
    if (status.links() > 1) {
      if (changed) {
        changedLinks.add(status.inode());
      }
      changes.add(new Change(path, What.LINKED, status.inode(), at.place));
    } else if (changed) {
      changes.add(new Change(path, What.CHANGED, 0, at.place));
    }
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

  private void write(Change change, List<LayerEntry> entries) throws IOException {
    String path = change.path();
    placed.remove(path);
    switch (change.what()) {
      case GONE -> entries.add(new LayerEntry.Whiteout(path));
      case LINKED -> {
        List<String> names = links.computeIfAbsent(change.inode(), inode -> new ArrayList<>());
        names.add(path);
        LayerEntry.File file = file(path);
        entries.add(
            names.size() == 1 ? file : new LayerEntry.HardLink(path, names.get(0), file.node()));
      }
      default -> entries.add(file(path));
    }
    if (change.what() == What.OPAQUE_DIRECTORY) {
      entries.add(new LayerEntry.Opaque(path));
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

  private LayerEntry.File file(String path) throws IOException {
    FileNode node = FileNodes.of(root + path, FileStatus.of(root + path));
    return new LayerEntry.File(
        path, node, node.isFile() ? new HostContent(root + path) : LayerEntry.Content.NONE);
  }
}
