package dev.wadah.build.context;

import dev.wadah.dockerfile.SourceFile;
import dev.wadah.layer.FileTree;
import dev.wadah.oci.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * The files that a build may see, after .dockerignore. Read lazily: what no step asks for is never
 * touched. Closing removes what was downloaded or unpacked for it.
 */
public interface BuildContext extends Closeable {
  /** The files. */
  FileTree tree();

  /** Digest of a regular file's content, from the stat cache when the file has not changed. */
  Digest contentDigest(String path) throws IOException;

  /** The pattern of the ignore file that hides {@code path}; empty when none does. */
  Optional<Hidden> hiddenBy(String path);

  /** Why a file is hidden: ignore file, 1-based line, pattern. */
  record Hidden(String ignoreFile, int line, String pattern) {}

  /**
   * The main context together with its Dockerfile.
   *
   * @param context the files
   * @param dockerfile name and text
   */
  record Main(BuildContext context, SourceFile dockerfile) {}
}
