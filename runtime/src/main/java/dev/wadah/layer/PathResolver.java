package dev.wadah.layer;

import java.io.IOException;

/** Resolves paths in a {@link FileTree} with symbolic links, never leaving the tree. */
public final class PathResolver {
  private PathResolver() {}

  /**
   * The path with every symbolic link in its parents replaced, {@code .} and {@code ..} removed;
   * missing parts are kept as written.
   *
   * @throws java.nio.file.FileSystemLoopException after 255 links
   */
  public static String resolveParents(FileTree tree, String path) throws IOException {
    throw new IllegalStateException("pending");
  }

  /** As {@link #resolveParents}, and follows a link at the end as well. */
  public static String resolve(FileTree tree, String path) throws IOException {
    throw new IllegalStateException("pending");
  }
}
