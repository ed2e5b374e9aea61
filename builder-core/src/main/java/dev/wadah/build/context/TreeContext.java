package dev.wadah.build.context;

import dev.wadah.layer.FileTree;
import dev.wadah.oci.Digest;
import dev.wadah.oci.Sha256;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Optional;

/** Any tree as a build context: an archive, a Git checkout, nothing at all. */
final class TreeContext implements BuildContext {
  private final IgnoringTree visible;
  private final Closeable resource;

  /**
   * A context.
   *
   * @param resource closed with the context
   */
  TreeContext(FileTree tree, IgnoreFile ignore, Closeable resource) {
    this.visible = new IgnoringTree(tree, ignore);
    this.resource = resource;
  }

  @Override
  public FileTree tree() {
    return visible;
  }

  @Override
  public Digest contentDigest(String path) throws IOException {
    MessageDigest sha = Sha256.create();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = visible.open(path)) {
      for (int n; (n = in.read(buffer)) >= 0; ) {
        sha.update(buffer, 0, n);
      }
    }
    return Digest.ofSha256(sha.digest());
  }

  @Override
  public Optional<Hidden> hiddenBy(String path) {
    return visible.hiddenBy(path);
  }

  @Override
  public void close() throws IOException {
    resource.close();
  }
}
