package dev.wadah.layer;

import dev.wadah.posix.FileStatus;
import dev.wadah.posix.PathBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The entries of an unpacked layer, in canonical order, found while they are asked for. The tree's
 * root has no entry. Throws {@link UncheckedIOException} when the tree cannot be read.
 */
final class TreeEntries implements Iterable<LayerEntry> {
  private final String root;
  private final OverlayMarks marks;

  TreeEntries(String root, OverlayMarks marks) {
    this.root = root;
    this.marks = marks;
  }

  @Override
  public Iterator<LayerEntry> iterator() {
    return new Walk();
  }

  /** A directory that is being listed. */
  private static final class Open {
    final String path;
    final String[] names;
    int next;

    Open(String path, String[] names) {
      this.path = path;
      this.names = names;
    }
  }

  private final class Walk implements Iterator<LayerEntry> {
    private final Deque<Open> open = new ArrayDeque<>();
    private final TreeFiles files = new TreeFiles(root);
    private LayerEntry mark;

    Walk() {
      try {
        enter("");
        if (marks.isOpaque(root)) {
          mark = new LayerEntry.Opaque("/");
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void enter(String path) throws IOException {
      String[] names = marks.names(root + path);
      if (names == null) {
        throw new IOException("the layer's tree " + root + path + " is gone");
      }
      Arrays.sort(names, PathBytes::compare);
      open.push(new Open(path, names));
    }

    @Override
    public boolean hasNext() {
      while (!open.isEmpty() && open.peek().next == open.peek().names.length) {
        open.pop();
      }
      return mark != null || !open.isEmpty();
    }

    @Override
    public LayerEntry next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      if (mark != null) {
        LayerEntry entry = mark;
        mark = null;
        return entry;
      }
      Open directory = open.peek();
      try {
        return entry(directory.path + "/" + directory.names[directory.next++]);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private LayerEntry entry(String path) throws IOException {
      String file = root + path;
      FileStatus status = marks.status(file);
      if (status == null) {
        throw new IOException(file + " vanished while its layer was read");
      }
      if (status.isDirectory()) {
        mark = marks.isOpaque(file) ? new LayerEntry.Opaque(path) : null;
        enter(path);
      }
      return files.entry(path, status);
    }
  }
}
