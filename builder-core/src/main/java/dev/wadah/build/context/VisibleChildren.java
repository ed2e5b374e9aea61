package dev.wadah.build.context;

import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.posix.DirectoryScan;
import java.io.IOException;

/** Those of a directory's children that an ignore file does not hide. */
class VisibleChildren implements FileTree.Children {
  final int[] visible;
  private final FileTree.Children all;

  private VisibleChildren(FileTree.Children all, int[] visible) {
    this.all = all;
    this.visible = visible;
  }

  /** The children with these indices, which ascend. */
  static FileTree.Children of(FileTree.Children all, int[] visible) {
    return all instanceof ScannedChildren scanned
        ? new Scanned(scanned, visible)
        : new VisibleChildren(all, visible);
  }

  @Override
  public int size() {
    return visible.length;
  }

  @Override
  public String name(int index) {
    return all.name(visible[index]);
  }

  @Override
  public FileNode node(int index) throws IOException {
    return all.node(visible[index]);
  }

  private static final class Scanned extends VisibleChildren implements ScannedChildren {
    private final ScannedChildren all;

    Scanned(ScannedChildren all, int[] visible) {
      super(all, visible);
      this.all = all;
    }

    @Override
    public DirectoryScan scan() {
      return all.scan();
    }

    @Override
    public int scanned(int index) {
      return all.scanned(visible[index]);
    }

    @Override
    public int endOfRow(int index) {
      int end = index + 1;
      while (end < visible.length && visible[end] == visible[end - 1] + 1) {
        end++;
      }
      return all.scanned(visible[end - 1]) + 1;
    }
  }
}
