package dev.wadah.layer;

import dev.wadah.content.ByteSink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** One entry of a layer that is to be written: a file with its content, a hard link, a whiteout. */
public sealed interface LayerEntry {
  /** Absolute path in the root. */
  String path();

  /**
   * A file, directory, link or device.
   *
   * @param node its attributes
   * @param content of a regular file; null-object {@link Content#NONE} for others
   */
  record File(String path, FileNode node, Content content) implements LayerEntry {}

  /**
   * A further name of the file at {@code target} in the same layer.
   *
   * @param node the file's attributes; nobody remembers those of a million files until their
   *     further names come
   */
  record HardLink(String path, String target, FileNode node) implements LayerEntry {}

  /** Hides the file of this name in lower layers. */
  record Whiteout(String path) implements LayerEntry {}

  /** Hides everything in this directory in lower layers; the directory has an entry of its own. */
  record Opaque(String path) implements LayerEntry {}

  /** Where a regular file's bytes come from. */
  interface Content {
    /** No bytes. */
    Content NONE = new Content() { // no lambda, which JVMs do not archive of an interface
          @Override
          public InputStream open() {
            return InputStream.nullInputStream();
          }
        };

    InputStream open() throws IOException;

    /**
     * Copies the content.
     *
     * @param length bytes at most: the size that the file is known to have
     * @return bytes copied, fewer when the file has become shorter
     */
    default long copy(long length, ByteSink sink) throws IOException {
      try (InputStream in = open()) {
        return Contents.copy(in, length, sink);
      }
    }

    /** The file on this machine that holds exactly these bytes, where there is one. */
    default Optional<Path> hostPath() {
      return Optional.empty();
    }
  }
}
