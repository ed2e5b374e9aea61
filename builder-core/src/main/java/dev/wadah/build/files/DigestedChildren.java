package dev.wadah.build.files;

import dev.wadah.layer.FileTree;
import java.io.IOException;

/** What is in a directory whose files' hashes may be known, so that many go into a key at once. */
public interface DigestedChildren extends FileTree.Children {
  /**
   * Takes files, from {@code index} on, up to the first of which more must be known.
   *
   * @param relative the directory, as the key names it; empty for the source itself
   * @return how many were taken; 0 when already the first is none of these
   */
  int take(int index, String relative, KeyItems items) throws IOException;
}
