package dev.wadah.build.context;

import dev.wadah.build.files.DigestedTree;
import dev.wadah.build.files.ReadCount;
import dev.wadah.layer.FileTree;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A directory of this machine as a build context. */
final class DirectoryContext implements BuildContext {
  private final HostTree host;
  private final IgnoringTree visible;
  private final ContentDigests digests;

  /**
   * A context.
   *
   * @param host closed with the context
   */
  DirectoryContext(HostTree host, IgnoreFile ignore, StatCache cache) {
    this.host = host;
    this.visible = new IgnoringTree(host, ignore);
    this.digests = new ContentDigests(host, cache);
  }

  @Override
  public FileTree tree() {
    return new View();
  }

  @Override
  public Digest contentDigest(String path) throws IOException {
    return Digest.ofSha256(digests.of(List.of(path), new ReadCount(ReadCount.Listener.NONE)));
  }

  @Override
  public Optional<Hidden> hiddenBy(String path) {
    return visible.hiddenBy(path);
  }

  @Override
  public void close() throws IOException {
    digests.save();
    host.close();
  }

  /** What is visible, with digests. */
  private final class View extends ForwardingTree implements DigestedTree {
    @Override
    FileTree tree() {
      return visible;
    }

    @Override
    public Children children(String path) throws IOException {
      Children children = visible.children(path);
      return children instanceof ScannedChildren scanned
          ? new CachedChildren(path, scanned, digests)
          : children;
    }

    @Override
    public byte[] contentHashes(List<String> paths, ReadCount count) throws IOException {
      return digests.of(paths, count);
    }
  }
}
