package dev.wadah.layer;

import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** One unpacked layer as part of a {@link MergedTree}. */
final class TreeView implements LayerView {
  private final String root;
  private final OverlayMarks marks;
  private final boolean marked;

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
    String file = root + path;
    FileStatus status = FileStatus.of(file);
    if (status == null) {
      return null;
    }
    return status.isWhiteout() ? LayerView.WHITEOUT : FileNodes.of(file, status);
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
    String[] names = Posix.names(Posix.CWD, root + directory);
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
