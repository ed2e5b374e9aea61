package dev.wadah.layer;

import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * One unpacked layer as part of a {@link MergedTree}. Remembers the names at its top: most layers
 * say nothing of most paths, and hundreds of them may be asked for each. Safe for threads.
 */
final class TreeView implements LayerView {
  /** Size of a root directory whose names are not kept. */
  private static final long MOST_TOP_BYTES = 1 << 16;

  private final String root;
  private final OverlayMarks marks;
  private final boolean marked;

  /** Names in the root directory; null before the first question. */
  private volatile Set<String> top;

  /**
   * The view of a tree.
   *
   * @param hides what the tree hides; for {@code NONE} nothing is looked for
   */
  TreeView(String root, OverlayMarks marks, LayerRecords.Marks hides) {
    this.root = root;
    this.marks = marks;
    this.marked = hides != LayerRecords.Marks.NONE;
  }

  @Override
  public FileNode find(String path) throws IOException {
    if (!isPossible(path)) {
      return null;
    }
    String file = root + path;
    FileStatus status = marked ? marks.status(file) : FileStatus.of(file);
    if (status == null) {
      return null;
    }
    return status.isWhiteout() ? LayerView.WHITEOUT : FileNodes.of(file, status);
  }

  /** False when the layer has nothing of the first name in the path. */
  private boolean isPossible(String path) throws IOException {
    Set<String> names = top;
    if (names == null) {
      names = topNames();
      top = names;
    }
    int slash = path.indexOf('/', 1);
    return names.isEmpty() || names.contains(path.substring(1, slash < 0 ? path.length() : slash));
  }

  /** Empty, which means that all is possible, when there are too many to be kept. */
  private Set<String> topNames() throws IOException {
    FileStatus status = FileStatus.of(root);
    if (status == null || status.sizeBytes() > MOST_TOP_BYTES) {
      return Set.of();
    }
    return new HashSet<>(Arrays.asList(names("")));
  }

  @Override
  public boolean isOpaque(String directory) throws IOException {
    return marked && marks.isOpaque(root + directory);
  }

  @Override
  public boolean hidesAnything() {
    return marked;
  }

  @Override
  public String[] names(String directory) throws IOException {
    Set<String> known = directory.equals("/") ? top : null;
    if (known != null && !known.isEmpty()) {
      return known.toArray(new String[0]);
    }
    String file = root + directory;
    String[] names = marked ? marks.names(file) : Posix.names(Posix.CWD, file);
    return names == null ? new String[0] : names;
  }

  @Override
  public InputStream open(String path) throws IOException {
    return new HostContent(root + path).open();
  }

  @Override
  public Optional<Path> hostPath(String path) {
    return HostContent.toPath(root + path);
  }
}
