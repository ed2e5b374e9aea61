package dev.wadah.snapshot;

import dev.wadah.content.Clearing;
import dev.wadah.content.LockFile;
import dev.wadah.content.Places;
import dev.wadah.content.Store;
import dev.wadah.posix.Posix;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The place of one state: a directory in the store's room {@code work} and the lock beside it. What
 * a killed process left is known by its lock, which the kernel has freed.
 */
final class WorkDirectory implements Closeable {
  private final LockFile lock;
  private final Path directory;

  /** Makes one in {@code room}, the room {@code work}. */
  WorkDirectory(Path room) throws IOException {
    Optional<LockFile> taken = Optional.empty();
    String id = "";
    while (taken.isEmpty()) {
      id = Long.toHexString(System.nanoTime());
      taken = LockFile.tryTake(room.resolve(id + ".lock"));
    }
    this.lock = taken.get();
    this.directory = room.resolve(id);
    Places.makeDirectory(room.getParent(), directory.toString());
  }

  /** The room, which others must not look into. */
  static Path room(Store store) throws IOException {
    Path work = store.room("work");
    Posix.chmod(Posix.CWD, work.toString(), 0700);
    return work;
  }

  Path path() {
    return directory;
  }

  /** Removes the states that dead processes left. */
  static void removeLeftovers(Store store) throws IOException {
    Path work = store.room("work");
    for (String name : Posix.names(Posix.CWD, work.toString())) {
      String id = name.endsWith(".lock") ? name.substring(0, name.length() - 5) : name;
      Optional<LockFile> dead = LockFile.tryTake(work.resolve(id + ".lock"));
      if (dead.isPresent()) {
        Clearing.begin(work.resolve(id).toString(), dead.get());
      }
    }
  }

  /** Removes everything; when the thread is interrupted, without waiting for the end of it. */
  @Override
  public void close() throws IOException {
    Clearing.end(directory.toString(), lock);
  }
}
