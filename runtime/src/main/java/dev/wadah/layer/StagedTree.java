package dev.wadah.layer;

import dev.wadah.content.Clearing;
import dev.wadah.content.LockFile;
import dev.wadah.content.Places;
import dev.wadah.content.Store;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A directory in {@code layers/staging} in which a tree is made, beside a lock file that tells
 * other processes that somebody is at it. Closing it removes what has not been moved away.
 */
final class StagedTree implements AutoCloseable {
  private static final String LOCK = ".lock";

  private final String path;
  private final LockFile lock;

  private StagedTree(String path, LockFile lock) {
    this.path = path;
    this.lock = lock;
  }

  /** An empty directory that nobody else uses. */
  static StagedTree begin(Store store, Path staging) throws IOException {
    Optional<LockFile> taken = Optional.empty();
    String name = "";
    while (taken.isEmpty()) {
      name = Long.toHexString(System.nanoTime());
      taken = LockFile.tryTake(staging.resolve(name + LOCK));
    }
    String tree = staging.resolve(name).toString();
    Posix.removeTree(Posix.CWD, tree);
    Places.makeDirectory(store.root(), tree);
    Posix.chmod(Posix.CWD, tree, 0755);
    return new StagedTree(tree, taken.get());
  }

  /** Removes what processes have left that are no more; begins to, where that takes long. */
  static void removeLeftovers(Path staging) throws IOException {
    for (String name : Posix.names(Posix.CWD, staging.toString())) {
      String base = name.endsWith(LOCK) ? name.substring(0, name.length() - LOCK.length()) : name;
      Optional<LockFile> dead = LockFile.tryTake(staging.resolve(base + LOCK));
      if (dead.isPresent()) {
        Clearing.begin(staging.resolve(base).toString(), dead.get());
      }
    }
  }

  /** The directory. */
  String path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    Clearing.end(path, lock);
  }
}
