package dev.wadah.layer;

import dev.wadah.content.ByteSink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A read-only tree of files: a build context, an image's root, a Git checkout. Paths are absolute
 * within the tree, {@code /}-separated, {@code /} being the root; {@code .} and {@code ..} do not
 * occur. No method follows a symbolic link, in no part of the path; see {@link PathResolver}.
 */
public interface FileTree extends FileFinder {
  /** Names in the directory {@code path}, sorted by bytes; empty when it is no directory. */
  List<String> list(String path) throws IOException;

  /** What is in the directory {@code path}, as {@link #list} and {@link #find} say it. */
  default Children children(String path) throws IOException {
    List<String> names = list(path);
    return new Children() {
      @Override
      public int size() {
        return names.size();
      }

      @Override
      public String name(int index) {
        return names.get(index);
      }

      @Override
      public FileNode node(int index) throws IOException {
        String name = names.get(index);
        return find(path.length() == 1 ? "/" + name : path + "/" + name).orElse(null);
      }
    };
  }

  /** What is in a directory; made for directories of a million files. */
  interface Children {
    int size();

    /** A name; {@code index} counts from 0 in the order of bytes. */
    String name(int index);

    /** What it is; null when it has gone since the directory was read. */
    FileNode node(int index) throws IOException;
  }

  /** Opens a regular file. */
  InputStream open(String path) throws IOException;

  /**
   * Copies a regular file's content.
   *
   * @param length bytes at most: the size that the file is known to have
   * @return bytes copied, fewer when the file has become shorter
   */
  default long copy(String path, long length, ByteSink sink) throws IOException {
    try (InputStream in = open(path)) {
      return Contents.copy(in, length, sink);
    }
  }

  /** The file on this machine that holds a regular file's content, where there is one. */
  default Optional<Path> hostPath(String path) throws IOException {
    return Optional.empty();
  }
}
