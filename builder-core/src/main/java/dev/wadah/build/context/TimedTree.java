package dev.wadah.build.context;

import dev.wadah.content.ByteSink;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A checkout in which every file has the time of the commit, whenever it was checked out. */
final class TimedTree implements FileTree {
  private final FileTree tree;
  private final long mtimeNanos;

  TimedTree(FileTree tree, long mtimeNanos) {
    this.tree = tree;
    this.mtimeNanos = mtimeNanos;
  }

  @Override
  public Optional<FileNode> find(String path) throws IOException {
    return tree.find(path)
        .map(
            n ->
                new FileNode(
                    n.type(),
                    n.mode(),
                    n.uid(),
                    n.gid(),
                    n.sizeBytes(),
                    mtimeNanos,
                    n.link(),
                    n.identity()));
  }

  @Override
  public List<String> list(String path) throws IOException {
    return tree.list(path);
  }

  @Override
  public InputStream open(String path) throws IOException {
    return tree.open(path);
  }

  @Override
  public long copy(String path, long length, ByteSink sink) throws IOException {
    return tree.copy(path, length, sink);
  }

  @Override
  public Optional<Path> hostPath(String path) throws IOException {
    return tree.hostPath(path);
  }
}
