package dev.wadah.build.files;

import dev.wadah.layer.FileTree;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.util.List;

/** A tree that may know digests of its files without reading them. */
public interface DigestedTree extends FileTree {
  /**
   * Digests of the contents of regular files, in the order of the paths.
   *
   * @throws IOException if one cannot be read
   */
  List<Digest> contentDigests(List<String> paths) throws IOException;
}
