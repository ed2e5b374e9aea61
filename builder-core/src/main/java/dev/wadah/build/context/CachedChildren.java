package dev.wadah.build.context;

import dev.wadah.build.files.DigestedChildren;
import dev.wadah.build.files.KeyItems;
import dev.wadah.build.files.TreePath;
import dev.wadah.layer.FileNode;
import dev.wadah.posix.DirectoryScan;
import dev.wadah.posix.PathBytes;
import java.io.IOException;

/** What is in a directory, with the hashes that the stat cache has. For one thread. */
final class CachedChildren implements DigestedChildren {
  private final byte[] path;
  private final ScannedChildren children;
  private final ContentDigests digests;

  CachedChildren(String path, ScannedChildren children, ContentDigests digests) {
    this.path = PathBytes.encode(TreePath.child(path, ""));
    this.children = children;
    this.digests = digests;
  }

  @Override
  public int size() {
    return children.size();
  }

  @Override
  public String name(int index) {
    return children.name(index);
  }

  @Override
  public FileNode node(int index) throws IOException {
    return children.node(index);
  }

  @Override
  public int take(int index, String relative, KeyItems items) throws IOException {
    DirectoryScan scan = children.scan();
    if (scan == null) {
      return 0;
    }
    int prefix = relative.isEmpty() ? 0 : PathBytes.encode(relative).length + 1;
    StatCache.Row row =
        new StatCache.Row(
            scan, children.scanned(index), children.endOfRow(index), path, path.length - prefix);
    return digests.take(row, items);
  }
}
