package dev.wadah.layer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What one layer alone holds. Paths as in {@link FileTree}; callers only ask below directories that
 * this layer has.
 */
interface LayerView {
  /** What {@link #find} answers for a name that the layer hides. */
  FileNode WHITEOUT =
      new FileNode(FileNode.Type.CHARACTER_DEVICE, 0, 0, 0, 0, 0, "", FileNode.Identity.PLAIN);

  /** The layer's file, {@link #WHITEOUT}, or null when it says nothing of the path. */
  FileNode find(String path) throws IOException;

  /** Whether a directory hides all that lower layers have in it. */
  boolean isOpaque(String directory) throws IOException;

  /** False when the layer has neither whiteouts nor opaque directories. */
  boolean hidesAnything();

  /** Names in a directory, those of whiteouts among them, in no order. */
  String[] names(String directory) throws IOException;

  InputStream open(String path) throws IOException;

  /** The file of this machine with exactly that content, where there is one. */
  Optional<Path> hostPath(String path) throws IOException;
}
