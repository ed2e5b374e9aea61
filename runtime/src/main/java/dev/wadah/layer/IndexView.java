package dev.wadah.layer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A layer that is known by its index, as part of a {@link MergedTree}. Whoever opens a file of it
 * needs its content, and so the layer is unpacked then. Safe for threads.
 */
final class IndexView implements LayerView {
  private final LayerIndex index;
  private final long linkIdentity;
  private final FileTree below;
  private final Whole whole;

  /**
   * The view of an index whose {@link LayerIndex#asked} paths are no links in {@code below}.
   *
   * @param linkIdentity tells the hard links of this layer from those of others
   * @param below what lower layers hold; asked for directories that the layer only implies
   * @param whole gives the unpacked layer
   */
  IndexView(LayerIndex index, long linkIdentity, FileTree below, Whole whole) {
    this.index = index;
    this.linkIdentity = linkIdentity;
    this.below = below;
    this.whole = whole;
  }

  /** Unpacks the layer. */
  @FunctionalInterface
  interface Whole {
    LayerView unpack() throws IOException;
  }

  @Override
  public FileNode find(String path) throws IOException {
    FileNode node = index.find(path);
    if (node == null || node.equals(WHITEOUT)) {
      return node;
    }
    if (node.equals(LayerIndex.IMPLIED)) {
      return below.find(path).filter(FileNode::isDirectory).orElse(UnpackedDirectories.MADE);
    }
    FileNode.Identity identity = node.identity();
    return identity.inode() == 0
        ? node
        : node.withIdentity(
            new FileNode.Identity(
                identity.device(), linkIdentity + identity.inode(), identity.xattrs()));
  }

  @Override
  public boolean isOpaque(String directory) {
    return index.isOpaque(directory);
  }

  @Override
  public boolean hidesAnything() {
    return index.hidesAnything();
  }

  @Override
  public String[] names(String directory) {
    return index.names(directory);
  }

  @Override
  public InputStream open(String path) throws IOException {
    byte[] kept = index.content(path);
    return kept == null ? whole.unpack().open(path) : new ByteArrayInputStream(kept);
  }

  @Override
  public Optional<Path> hostPath(String path) throws IOException {
    return index.content(path) == null ? whole.unpack().hostPath(path) : Optional.empty();
  }
}
