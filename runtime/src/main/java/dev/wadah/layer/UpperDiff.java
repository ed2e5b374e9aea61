package dev.wadah.layer;

import dev.wadah.posix.FileStatus;
import dev.wadah.posix.PathBytes;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns overlay's upper directory into a layer's tree, in place, by removing all that is no change:
 *
 * <ul>
 *   <li>mount points and their parents, when the layers below lack them and they are empty;
 *   <li>sockets, and names that a tar would carry as whiteouts ({@code .wh.*});
 *   <li>whiteouts of names that the layers below do not have;
 *   <li>opaque marks on directories that hide nothing (every directory made over a whiteout has
 *       one);
 *   <li>what was copied up and is as it was: a file with the same attributes, time and content; a
 *       directory with the same owner and mode, whatever its time, in which nothing changed.
 * </ul>
 *
 * <p>The names of one file (hard links) stay or go together. Whiteouts share one inode and are no
 * hard links.
 *
 * <p>What stays is given away as it is found, so that it is hashed meanwhile: a directory in which
 * perhaps nothing changed, when the first change in it is found.
 */
final class UpperDiff {
  private final String root;
  private final OverlayMarks marks;
  private final FileTree parent;
  private final FileComparison comparison;
  private final Removal removal;
  private final TreeFiles files;
  private final Map<Long, List<String>> unchangedLinks = new HashMap<>();
  private final Set<Long> changedLinks = new HashSet<>();
  private boolean marked;
  private boolean empty = true;

  /** Takes the entries that stay; null when they have been given. */
  private LayerEntries.Sink sink;

  /** Whether less stays than was given. */
  private boolean thinned;

  /**
   * The changes in an upper directory.
   *
   * @param root the upper directory, absolute; in use by nobody
   * @param parent what lies below it
   * @param removal takes away what is no change
   */
  UpperDiff(String root, OverlayMarks marks, FileTree parent, Removal removal) {
    this.root = root;
    this.marks = marks;
    this.parent = parent;
    this.comparison = new FileComparison(root, parent);
    this.removal = removal;
    this.files = new TreeFiles(root);
  }

  /**
   * Removes what is no change.
   *
   * @param stubs paths that were made as mount points
   * @param kept takes the layer's entries in canonical order, unless {@link #isThinned} says
   *     afterwards that it had too many
   */
  void normalise(List<String> stubs, LayerEntries.Sink kept) throws IOException {
    sink = kept;
    new MountStubs(root, parent).remove(stubs);
    boolean hides = marks.isOpaque(root);
    if (hides) {
      marks.clearOpaque(root); // overlay never marks the root; a program in the container might
    }
    empty = !visitAll();
    sink = null;
    removeUnchangedLinks();
  }

  /** Whether fewer entries stay than were given away. Only after {@link #normalise}. */
  boolean isThinned() {
    return thinned;
  }

  /** Whether nothing changed. Only after {@link #normalise}. */
  boolean isEmpty() {
    return empty;
  }

  /** Whether the layer hides anything. Only after {@link #normalise}. */
  boolean marked() {
    return marked;
  }

  /** Whether lower layers show through where we are. */
  private enum Below {
    MERGED,
    HIDDEN
  }

  /** A directory that is being visited. */
  private static final class Open {
    final String path;
    final FileStatus status;
    final Optional<FileNode> before;
    final Below below;

    /** Whether it is opaque over a directory. */
    final boolean hides;

    final String[] names;
    int next;

    /** Whether something in it stays. */
    boolean holds;

    /** Whether its entry has been given away. */
    boolean given;

    Open(String path, FileStatus status, Optional<FileNode> before, Below below, String[] names) {
      this.path = path;
      this.status = status;
      this.before = before;
      this.below = below;
      this.hides = below == Below.HIDDEN && isDirectory(before);
      this.names = names;
      Arrays.sort(names, PathBytes::compare);
    }
  }

  private static boolean isDirectory(Optional<FileNode> before) {
    return before.isPresent() && before.get().isDirectory();
  }

  /**
   * Visits everything; true when something stays. A stack of our own, since directories may lie
   * thousands deep.
   */
  private boolean visitAll() throws IOException {
    Deque<Open> open = new ArrayDeque<>();
    String[] top = Posix.names(Posix.CWD, root);
    Open first = new Open("", null, Optional.empty(), Below.MERGED, top);
    first.given = true;
    open.push(first);
    for (; ; ) {
      Open at = open.peek();
      if (at.next < at.names.length) {
        visitNext(at, open);
        continue;
      }
      open.pop();
      if (open.isEmpty()) {
        return at.holds;
      }
      boolean stays = leaveDirectory(at);
      if (stays && !at.given) {
        giveDirectories(open);
        give(at);
      }
      keep(open.peek(), at.path, stays);
    }
  }

  private void visitNext(Open at, Deque<Open> open) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while looking for what a step changed");
    }
    String name = at.names[at.next++];
    String path = at.path + "/" + name;
    if (name.startsWith(".wh.")) {
      keep(at, path, false);
      return;
    }
    FileStatus status = FileStatus.of(root + path);
    Optional<FileNode> before = at.below == Below.MERGED ? parent.find(path) : Optional.empty();
    if (status.isDirectory()) {
      Open directory = enterDirectory(path, status, before);
      if (directory.hides || !isDirectory(before)) {
        giveDirectories(open);
        give(directory);
      }
      open.push(directory);
      return;
    }
    boolean stays = stays(path, status, before);
    if (stays && sink != null) {
      giveDirectories(open);
      sink.take(files.entry(path, status));
    }
    keep(at, path, stays);
  }

  /** Gives those away in which we are. */
  private void giveDirectories(Deque<Open> open) throws IOException {
    if (open.peek().given) {
      return;
    }
    for (Iterator<Open> outer = open.descendingIterator(); outer.hasNext(); ) {
      Open directory = outer.next();
      if (!directory.given) {
        give(directory);
      }
    }
  }

  private void give(Open directory) throws IOException {
    directory.given = true;
    if (sink != null) {
      sink.take(files.entry(directory.path, directory.status));
      if (directory.hides) {
        sink.take(new LayerEntry.Opaque(directory.path));
      }
    }
  }

  private void keep(Open directory, String path, boolean stays) throws IOException {
    if (stays) {
      directory.holds = true;
    } else {
      removal.remove(root + path);
    }
  }

  /** True when what is no directory stays in the layer. */
  private boolean stays(String path, FileStatus status, Optional<FileNode> before)
      throws IOException {
    if (status.isWhiteout()) {
      marked |= before.isPresent();
      return before.isPresent();
    }
    if (status.type() == FileStatus.S_IFSOCK) {
      return false;
    }
    boolean changed =
        before.isEmpty()
            || before.get().mtimeNanos() != status.mtimeNanos()
            || comparison.differs(path, status, before.get());
    if (status.links() > 1) {
      return visitLink(path, status.inode(), changed);
    }
    return changed;
  }

  /** One changed name keeps all; the unchanged ones wait for the end. */
  private boolean visitLink(String path, long inode, boolean changed) {
    if (changed) {
      changedLinks.add(inode);
    } else {
      unchangedLinks.computeIfAbsent(inode, key -> new ArrayList<>()).add(path);
    }
    return true;
  }

  private void removeUnchangedLinks() throws IOException {
    boolean removed = false;
    for (Map.Entry<Long, List<String>> links : unchangedLinks.entrySet()) {
      if (!changedLinks.contains(links.getKey())) {
        for (String path : links.getValue()) {
          MountStubs.remove(root, path);
          removed = true;
        }
      }
    }
    if (removed) {
      thinned = true;
      // Directories that only these names kept may be no change now.
      empty = !visitAll();
    }
  }

  private Open enterDirectory(String path, FileStatus status, Optional<FileNode> before)
      throws IOException {
    boolean merged = isDirectory(before);
    boolean opaque = marks.isOpaque(root + path);
    if (opaque && !merged) {
      marks.clearOpaque(root + path);
    }
    marked |= opaque && merged;
    Below below = opaque || !merged ? Below.HIDDEN : Below.MERGED;
    return new Open(path, status, before, below, Posix.names(Posix.CWD, root + path));
  }

  /** True when the directory stays in the layer. */
  private boolean leaveDirectory(Open directory) throws IOException {
    FileStatus status = directory.status;
    restoreTime(directory.path, status);
    if (directory.holds || directory.hides || !isDirectory(directory.before)) {
      return true;
    }
    FileNode old = directory.before.get();
    return old.mode() != status.mode() || old.uid() != status.uid() || old.gid() != status.gid();
  }

  /** Removing something from a directory changed its time. */
  private void restoreTime(String path, FileStatus status) throws IOException {
    Posix.setModified(Posix.CWD, root + path, status.mtimeNanos());
  }
}
