package dev.wadah.layer;

import dev.wadah.oci.DiffId;
import dev.wadah.posix.FileStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes layers of a plain directory so that few of them change when few files do: each file belongs
 * to one of up to 64 layers by the hash of its path. The uppermost layer has the directories alone;
 * what the others imply of them says nothing. A registry that has most of the layers then lacks
 * little. Names of one file become files of their own unless chance brings them together. Memory:
 * the paths.
 */
public final class DirectoryLayers {
  /** Two to the power of this: more layers than that are slow to stack. */
  private static final int MOST_SHARE_BITS = 6;

  /** A layer more for each; a registry that lacks one file is sent that much. */
  private static final long SHARE_BYTES = 32L << 20;

  /** Of the golden ratio (Knuth, TAOCP 6.4): spreads the hashes of paths that are alike. */
  private static final int SPREAD = 0x9E3779B9;

  private final String root;
  private final List<String> directories = new ArrayList<>();
  private final List<String> files = new ArrayList<>();
  private long bytes;

  private DirectoryLayers(String root) {
    this.root = root;
  }

  /**
   * Makes the layers; the root's own attributes are in none of them.
   *
   * @param directory absolute; if somebody writes to it meanwhile, there may be a failure
   * @throws IOException also when a file vanishes or shrinks while it is read
   */
  public static LayerStack write(LayerStore layers, Path directory) throws IOException {
    DirectoryLayers all = new DirectoryLayers(directory.toString());
    try {
      all.find();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return all.write(layers);
  }

  private void find() {
    for (LayerEntry entry : new TreeEntries(root, OverlayMarks.TRUSTED)) {
      if (entry instanceof LayerEntry.File file && file.node().isDirectory()) {
        directories.add(file.path());
      } else if (entry instanceof LayerEntry.File || entry instanceof LayerEntry.HardLink) {
        files.add(entry.path());
        bytes += entry instanceof LayerEntry.File file ? file.node().sizeBytes() : 0;
      }
    }
  }

  private LayerStack write(LayerStore layers) throws IOException {
    int bits = 0;
    while (bits < MOST_SHARE_BITS && bytes >> bits > SHARE_BYTES) {
      bits++;
    }
    List<DiffId> made = new ArrayList<>();
    for (int share = 0; share < 1 << bits; share++) {
      int wanted = share;
      int shares = bits;
      made.add(layers.write(sink -> giveFiles(wanted, shares, sink), written -> {}));
    }
    made.add(layers.write(this::giveDirectories, written -> {}));
    made.removeIf(LayerStore.EMPTY::equals);
    return LayerStack.of(made);
  }

  private static int share(String path, int bits) {
    return bits == 0 ? 0 : (path.hashCode() * SPREAD) >>> (Integer.SIZE - bits);
  }

  private void giveFiles(int share, int bits, LayerEntries.Sink sink) throws IOException {
    Map<Long, String> firstNames = new HashMap<>();
    for (String path : files) {
      if (share(path, bits) == share) {
        sink.take(file(path, firstNames));
      }
    }
  }

  private LayerEntry file(String path, Map<Long, String> firstNames) throws IOException {
    FileStatus status = status(path);
    FileNode node = FileNodes.of(root + path, status);
    if (status.links() > 1) {
      String first = firstNames.putIfAbsent(status.inode(), path);
      if (first != null) {
        return new LayerEntry.HardLink(path, first, node);
      }
    }
    return new LayerEntry.File(
        path, node, node.isFile() ? new HostContent(root + path) : LayerEntry.Content.NONE);
  }

  private void giveDirectories(LayerEntries.Sink sink) throws IOException {
    for (String path : directories) {
      FileNode node = FileNodes.of(root + path, status(path));
      sink.take(new LayerEntry.File(path, node, LayerEntry.Content.NONE));
    }
  }

  private FileStatus status(String path) throws IOException {
    FileStatus status = FileStatus.of(root + path);
    if (status == null) {
      throw new IOException(root + path + " vanished while it was read");
    }
    return status;
  }
}
