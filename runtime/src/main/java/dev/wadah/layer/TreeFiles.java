package dev.wadah.layer;

import dev.wadah.posix.FileStatus;
import java.io.IOException;

/**
 * Entries for the files of an unpacked layer, which come in canonical order: all names of a file
 * but the first become hard links. Not for several threads.
 */
final class TreeFiles {
  private final String root;
  private final FirstNames firstNames = new FirstNames();

  /** Of files below the directory {@code root}. */
  TreeFiles(String root) {
    this.root = root;
  }

  /** The entry of what is no opaque mark; {@code status} is what lstat says of it. */
  LayerEntry entry(String path, FileStatus status) throws IOException {
    if (status.isWhiteout()) {
      return new LayerEntry.Whiteout(path);
    }
    String file = root + path;
    FileNode node = FileNodes.of(file, status);
    if (status.links() > 1 && !status.isDirectory()) {
      String first = firstNames.putIfAbsent(status.inode(), path);
      if (first != null) {
        return new LayerEntry.HardLink(path, first, node);
      }
    }
    return new LayerEntry.File(
        path, node, node.isFile() ? new HostContent(file) : LayerEntry.Content.NONE);
  }
}
