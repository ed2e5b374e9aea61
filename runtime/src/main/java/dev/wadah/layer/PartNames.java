package dev.wadah.layer;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Which of many layers says first what a name in a directory is. Made when it was asked a few
 * times, since it reads the directory in each layer. Safe for threads.
 */
final class PartNames {
  /** Layers, from which on it is made. */
  private static final int FEWEST = 8;

  /** Questions, from which on it is made. */
  private static final int ASKED = 3;

  /** Names that are kept; of larger directories each layer is asked. */
  private static final int MOST = 20_000;

  private final String directory;
  private int asked;
  private Map<String, LayerView> firsts;

  PartNames(String directory) {
    this.directory = directory;
  }

  /** Whether a directory of so many layers is worth it. */
  static boolean areWorth(int layers) {
    return layers >= FEWEST;
  }

  /**
   * Counts a question; true when {@link #find} answers it.
   *
   * @param parts all layers that have the directory; the same at each call
   */
  synchronized boolean areOf(Parts parts) throws IOException {
    if (firsts == null && asked >= 0) {
      asked++;
      if (asked >= ASKED) {
        read(parts);
      }
    }
    return firsts != null;
  }

  private void read(Parts parts) throws IOException {
    Map<String, LayerView> read = new HashMap<>();
    LayerView layer;
    for (int i = 0; (layer = parts.at(i)) != null; i++) {
      for (String name : layer.names(directory)) {
        read.putIfAbsent(name, layer);
      }
      if (read.size() > MOST) {
        asked = -1;
        return;
      }
    }
    firsts = read;
  }

  /** What the highest says that says anything of a file in the directory; null for nothing. */
  FileNode find(String path) throws IOException {
    LayerView layer;
    synchronized (this) {
      layer = firsts.get(path.substring(path.lastIndexOf('/') + 1));
    }
    return layer == null ? null : layer.find(path);
  }
}
