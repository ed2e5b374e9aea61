package dev.wadah.build.context;

import dev.wadah.layer.FileTree;
import dev.wadah.posix.DirectoryScan;

/** Children of which some stand beside each other in what was read of their directory. */
interface ScannedChildren extends FileTree.Children {
  /** What was read; null when more is known of some of these files. */
  DirectoryScan scan();

  /** The child's index in {@link #scan}. */
  int scanned(int index);

  /** End of the row of children that follow each other in {@link #scan} too, as an index in it. */
  int endOfRow(int index);
}
