package dev.wadah.build.context;

import dev.wadah.content.ByteSink;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A tree that is another one, but for what a subclass says. */
abstract class ForwardingTree implements FileTree {
  /** The other one. */
  abstract FileTree tree() throws IOException;

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
