package dev.wadah.build.context;

import dev.wadah.build.BuildException;
import dev.wadah.layer.FileTree;
import java.io.IOException;

/** A tree that is made when somebody first looks into it. Safe for threads. */
final class LazyTree extends ForwardingTree {
  private final Source source;
  private FileTree tree;

  LazyTree(Source source) {
    this.source = source;
  }

  /** Makes the tree. */
  @FunctionalInterface
  interface Source {
    FileTree make() throws BuildException, IOException;
  }

  @Override
  synchronized FileTree tree() throws IOException {
    if (tree == null) {
      try {
        tree = source.make();
      } catch (BuildException e) {
        throw new UnavailableTreeException(e);
      }
    }
    return tree;
  }
}
