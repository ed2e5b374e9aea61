package dev.wadah.build.files;

import dev.wadah.layer.FileTree;
import java.io.IOException;
import java.util.List;

/** A tree that may know digests of its files without reading them. */
public interface DigestedTree extends FileTree {
  /** Bytes of one hash. */
  int HASH_BYTES = 32;

  /**
   * SHA-256 hashes of the contents of regular files.
   *
   * @param count hears of what must be read
   * @return {@value #HASH_BYTES} bytes for each, in the order of the paths
   * @throws IOException if one cannot be read
   */
  byte[] contentHashes(List<String> paths, ReadCount count) throws IOException;
}
