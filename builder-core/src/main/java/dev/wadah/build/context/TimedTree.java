package dev.wadah.build.context;

import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import java.io.IOException;
import java.util.Optional;

/** A checkout in which every file has the time of the commit, whenever it was checked out. */
final class TimedTree extends ForwardingTree {
  private final FileTree tree;
  private final long mtimeNanos;

  TimedTree(FileTree tree, long mtimeNanos) {
    this.tree = tree;
    this.mtimeNanos = mtimeNanos;
  }

  @Override
  FileTree tree() {
    return tree;
  }

  @Override
  public Optional<FileNode> find(String path) throws IOException {
    return tree.find(path).map(node -> node.withMtimeNanos(mtimeNanos));
  }
}
