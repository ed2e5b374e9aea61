package dev.wadah.build.files;

import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import java.io.IOException;

/**
 * What is the same of files' modes in every checkout: as Git, it knows files and executable ones,
 * and leaves the rest to the umask of whoever checks out. That umask is seen from the outermost
 * directory and what lies in it: the reading and writing that most of them allow, or, of two that
 * are equally many, the one that allows more. A file that allows neither more nor less than the
 * others has the mode that umask 022 would have given it; one that somebody has changed (0600 among
 * 0644) keeps its own. See docs/cache-keys.md "Modes of context files".
 */
public final class PortableModes {
  private static final int READ_WRITE = 0666;
  private static final int EXECUTE = 0111;
  private static final int OWNERS = 0600;
  private static final int SPECIAL = 07000;
  private static final int FILE = 0644;
  private static final int PROGRAM = 0755;

  private final int usual;

  private PortableModes(int usual) {
    this.usual = usual;
  }

  /** The modes of a checkout, by its outermost directory. */
  public static PortableModes of(FileTree tree) throws IOException {
    int[] votes = new int[READ_WRITE + 1];
    count(tree.find("/").orElse(null), votes);
    FileTree.Children children = tree.children("/");
    for (int i = 0; i < children.size(); i++) {
      count(children.node(i), votes);
    }
    int best = FILE;
    for (int bits = 0; bits < votes.length; bits++) {
      boolean more = votes[bits] > votes[best];
      boolean wider = votes[bits] == votes[best] && Integer.bitCount(bits) > Integer.bitCount(best);
      if (votes[bits] > 0 && (more || wider)) {
        best = bits;
      }
    }
    return new PortableModes(best);
  }

  private static void count(FileNode node, int[] votes) {
    // No umask takes from a file what its owner must have.
    if (node != null && (node.isFile() || node.isDirectory()) && (node.mode() & OWNERS) == OWNERS) {
      votes[node.mode() & READ_WRITE]++;
    }
  }

  /** Whether every mode stands for itself here, as in a checkout of umask 022. */
  boolean areExact() {
    return usual == FILE;
  }

  /** What stands for the mode of a regular file. */
  int of(int mode) {
    if ((mode & SPECIAL) != 0 || (mode & READ_WRITE) != usual) {
      return mode;
    }
    int execute = mode & EXECUTE;
    if (execute == 0) {
      return FILE;
    }
    // whoever may read may execute
    return execute == (usual >> 2 & EXECUTE) ? PROGRAM : mode;
  }
}
