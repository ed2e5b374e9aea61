package dev.wadah.layer;

import dev.wadah.layer.LayerEntry.File;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * As {@link CanonicalEntries}, for entries that come sorted and whose hard links name the first of
 * their names: leaves out what a layer cannot hold, adds missing parents, keeps nothing in memory
 * but the way down to the current directory. What further names may follow for must have an inode.
 */
final class SortedEntries implements LayerEntries.Sink {
  private final LayerEntries.Sink next;
  private final Deque<String> directories = new ArrayDeque<>();
  private LayerEntry last;

  SortedEntries(LayerEntries.Sink next) {
    this.next = next;
  }

  /** Whether nothing has been passed on. */
  boolean isEmpty() {
    return last == null;
  }

  @Override
  public void take(LayerEntry entry) throws IOException {
    if (!CanonicalEntries.belongs(entry)) {
      return;
    }
    if (last != null && CanonicalEntries.compare(last, entry) >= 0) {
      throw new IllegalArgumentException("%s comes after %s".formatted(entry.path(), last.path()));
    }
    boolean marksLast =
        entry instanceof LayerEntry.Opaque && entry.path().equals(directories.peek());
    if (!marksLast) {
      enterParent(entry.path());
    }
    if (entry instanceof File file && file.node().isDirectory()) {
      directories.push(entry.path());
    }
    last = entry;
    next.take(entry);
  }

  private void enterParent(String path) throws IOException {
    while (!directories.isEmpty() && !isBelow(path, directories.peek())) {
      directories.pop();
    }
    int known = directories.isEmpty() ? 0 : directories.peek().length();
    for (int slash = path.indexOf('/', known + 1);
        slash > 0;
        slash = path.indexOf('/', slash + 1)) {
      String parent = path.substring(0, slash);
      directories.push(parent);
      next.take(new File(parent, UnpackedDirectories.MADE, LayerEntry.Content.NONE));
    }
  }

  private static boolean isBelow(String path, String directory) {
    return path.length() > directory.length()
        && path.charAt(directory.length()) == '/'
        && path.startsWith(directory);
  }
}
