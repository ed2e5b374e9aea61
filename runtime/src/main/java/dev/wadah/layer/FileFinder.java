package dev.wadah.layer;

import java.io.IOException;
import java.util.Optional;

/** Tells what lies at a path of a tree: all that resolving links needs to know of it. */
@FunctionalInterface
public interface FileFinder {
  /** The file at {@code path}; empty when there is none. No link is followed. */
  Optional<FileNode> find(String path) throws IOException;
}
