package dev.wadah.build.context;

import dev.wadah.build.BuildException;
import dev.wadah.content.ByteSink;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A tree that is made when somebody first looks into it. Safe for threads. */
final class LazyTree implements FileTree {
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

  private synchronized FileTree tree() throws IOException {
    if (tree == null) {
      try {
        tree = source.make();
      } catch (BuildException e) {
        throw new UnavailableTreeException(e);
      }
    }
    return tree;
  }

  @Override
  public Optional<FileNode> find(String path) throws IOException {
    return tree().find(path);
  }

  @Override
  public List<String> list(String path) throws IOException {
    return tree().list(path);
  }

  @Override
  public InputStream open(String path) throws IOException {
    return tree().open(path);
  }

  @Override
  public long copy(String path, long length, ByteSink sink) throws IOException {
    return tree().copy(path, length, sink);
  }

  @Override
  public Optional<Path> hostPath(String path) throws IOException {
    return tree().hostPath(path);
  }
}
