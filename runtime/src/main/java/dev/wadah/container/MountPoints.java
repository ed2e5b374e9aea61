package dev.wadah.container;

import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import dev.wadah.snapshot.MountPlaces;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A directory with nothing but the mount points that every build step needs. Mounted as the lowest
 * layer, it shows only what an image lacks; so nothing has to be made in the writable layer before
 * a step, nor taken out of it afterwards, which was most of what a short step wrote to the disk.
 */
final class MountPoints {
  private MountPoints() {}

  /** The directory below {@code room}, made when it is not there. Safe for processes. */
  static Path in(Path room) throws IOException {
    Path place = room.resolve("mountpoints");
    if (FileStatus.of(place.toString()) == null) {
      make(room, place.toString());
    }
    return place;
  }

  private static void make(Path room, String place) throws IOException {
    String growing = room.resolve("mountpoints-" + Long.toHexString(System.nanoTime())).toString();
    makeDirectory(growing);
    for (String name : MountPlaces.DIRECTORIES) {
      makeDirectory(growing + name);
    }
    long[] attributes = {0644, Posix.effectiveUser(), -1, 0};
    for (String name : MountPlaces.FILES) {
      Posix.putFile(Posix.CWD, growing + name, new byte[0], 0, 0, attributes);
    }
    // A layer may get one of these directories, when a step puts a file there: without our times.
    for (String name : MountPlaces.DIRECTORIES) {
      Posix.setModified(Posix.CWD, growing + name, 0);
    }
    try {
      Posix.rename(Posix.CWD, growing, Posix.CWD, place, 0);
    } catch (PosixException e) {
      if (!e.errnoName().equals("ENOTEMPTY") && !e.errnoName().equals("EEXIST")) {
        throw e;
      }
      Posix.removeTree(Posix.CWD, growing); // another process was faster
    }
  }

  private static void makeDirectory(String path) throws IOException {
    Posix.mkdir(Posix.CWD, path, 0755);
    Posix.chmod(Posix.CWD, path, 0755);
  }
}
