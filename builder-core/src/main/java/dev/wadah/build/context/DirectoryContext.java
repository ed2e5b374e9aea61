package dev.wadah.build.context;

import dev.wadah.build.files.DigestedTree;
import dev.wadah.content.ByteSink;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A directory of this machine as a build context. */
final class DirectoryContext implements BuildContext {
  private final HostTree host;
  private final IgnoringTree visible;
  private final ContentDigests digests;

  DirectoryContext(Path directory, IgnoreFile ignore, StatCache cache) {
    this.host = new HostTree(directory);
    this.visible = new IgnoringTree(host, ignore);
    this.digests = new ContentDigests(host, cache);
  }

  @Override
  public FileTree tree() {
    return new View();
  }

  @Override
  public Digest contentDigest(String path) throws IOException {
    return Digest.ofSha256(digests.of(List.of(path)));
  }

  @Override
  public Optional<Hidden> hiddenBy(String path) {
    try {
      return visible.hiddenBy(path);
    } catch (IOException e) {
      // a file that cannot even be looked at is not missed because of a pattern
      return Optional.empty();
    }
  }

  @Override
  public void close() throws IOException {
    digests.save();
    host.close();
  }

  /** What is visible, with digests. */
  private final class View implements DigestedTree {
    @Override
    public Optional<FileNode> find(String path) throws IOException {
      return visible.find(path);
    }

    @Override
    public List<String> list(String path) throws IOException {
      return visible.list(path);
    }

    @Override
    public Children children(String path) throws IOException {
      return visible.children(path);
    }

    @Override
    public InputStream open(String path) throws IOException {
      return visible.open(path);
    }

    @Override
    public long copy(String path, long length, ByteSink sink) throws IOException {
      return visible.copy(path, length, sink);
    }

    @Override
    public Optional<Path> hostPath(String path) throws IOException {
      return visible.hostPath(path);
    }

    @Override
    public byte[] contentHashes(List<String> paths) throws IOException {
      return digests.of(paths);
    }
  }
}
