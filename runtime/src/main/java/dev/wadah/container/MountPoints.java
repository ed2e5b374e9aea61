package dev.wadah.container;

import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import dev.wadah.snapshot.MountPlaces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Directories with nothing but mount points, which are mounted as layers: nothing has to be made in
 * the writable layer before a step, nor taken out of it afterwards, which was most of what a short
 * step wrote to the disk.
 *
 * @param lowest below all layers: what every build step needs; shows only what an image lacks
 * @param highest above all layers: what is always mounted over, as opaque directories. The kernel
 *     looks for a directory in each layer below, and ends at an opaque one.
 */
record MountPoints(Path lowest, Path highest) {
  private static final List<String> COVERED = List.of("/dev", "/proc", "/sys");
  private static final byte[] YES = {'y'};

  /** The directories below {@code room}, made when they are not there. Safe for processes. */
  static MountPoints in(Path room) throws IOException {
    Path lowest = room.resolve("mountpoints");
    Path highest = room.resolve("covered");
    if (FileStatus.of(lowest.toString()) == null) {
      makeLowest(room, lowest.toString());
    }
    if (FileStatus.of(highest.toString()) == null) {
      makeHighest(room, highest.toString());
    }
    return new MountPoints(lowest, highest);
  }

  private static void makeLowest(Path room, String place) throws IOException {
    String growing = growing(room, MountPlaces.DIRECTORIES);
    long[] attributes = {0644, Posix.effectiveUser(), -1, 0};
    for (String name : MountPlaces.FILES) {
      Posix.putFile(Posix.CWD, growing + name, new byte[0], 0, 0, attributes);
    }
    // A layer may get one of these directories, when a step puts a file there: without our times.
    for (String name : MountPlaces.DIRECTORIES) {
      Posix.setModified(Posix.CWD, growing + name, 0);
    }
    put(growing, place);
  }

  private static void makeHighest(Path room, String place) throws IOException {
    String growing = growing(room, COVERED);
    for (String name : COVERED) {
      makeOpaque(growing + name);
    }
    put(growing, place);
  }

  /** For mounts by root, and for those with {@code userxattr} by an ordinary user. */
  private static void makeOpaque(String directory) throws PosixException {
    try {
      Posix.setXattr(directory, "trusted.overlay.opaque", YES);
    } catch (PosixException e) {
      // EPERM: an ordinary user.
      Posix.setXattr(directory, "user.overlay.opaque", YES);
    }
  }

  private static String growing(Path room, List<String> names) throws IOException {
    String growing = room.resolve("mountpoints-" + Long.toHexString(System.nanoTime())).toString();
    makeDirectory(growing);
    for (String name : names) {
      makeDirectory(growing + name);
    }
    return growing;
  }

  private static void put(String growing, String place) throws IOException {
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
