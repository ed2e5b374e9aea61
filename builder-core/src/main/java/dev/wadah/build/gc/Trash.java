package dev.wadah.build.gc;

import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Where things go that are to be removed: moving them away is quick and happens behind the gate,
 * removing them takes as long as it takes. What a killed collector leaves here the next one
 * removes. Only for the holder of the collectors' lock.
 */
final class Trash {
  private final Path room;
  private long next = System.nanoTime();

  Trash(Path room) {
    this.room = room;
  }

  /** A place for the next thing. */
  Path place() {
    return room.resolve(Long.toHexString(next++));
  }

  /** Moves a file or directory here; one that is gone already is no fault. */
  void take(Path file) throws IOException {
    try {
      Posix.rename(Posix.CWD, file.toString(), Posix.CWD, place().toString(), 0);
    } catch (PosixException e) {
      if (!e.errnoName().equals("ENOENT")) {
        throw e;
      }
    }
  }

  /** Removes everything. */
  void empty() throws IOException {
    for (String name : Posix.names(Posix.CWD, room.toString())) {
      Posix.removeTree(Posix.CWD, room.resolve(name).toString());
    }
  }
}
