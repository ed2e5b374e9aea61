package dev.wadah.build.gc;

import dev.wadah.content.Store;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Whether it is time to collect: the file {@code gc/last} has the time of the last collection. */
public final class DailyRun {
  private DailyRun() {}

  /**
   * Whether the last collection is longer ago than {@code every}. If so, this collection is
   * announced: another process that asks is told no. A new store begins to count now. Costs one
   * look at a file.
   */
  public static boolean isDue(Path root, Duration every) throws IOException {
    String last = root.resolve("gc/last").toString();
    FileStatus status = FileStatus.of(last);
    if (status == null) {
      note(Store.open(root));
      return false;
    }
    long age = System.currentTimeMillis() - status.mtimeNanos() / 1_000_000L;
    if (age >= 0 && age < every.toMillis()) {
      return false;
    }
    Posix.setModified(Posix.CWD, last, System.currentTimeMillis() * 1_000_000L);
    return true;
  }

  /** Notes that a collection has been done now; on a full disk that may not be possible. */
  static void note(Store store) throws IOException {
    try {
      // The collector's rooms are made when there is space: it is needed when there is none.
      Path last = store.room("gc").resolve("last");
      store.room("gc/trash");
      if (!Files.exists(last)) {
        Files.createFile(last);
      }
      Posix.setModified(Posix.CWD, last.toString(), System.currentTimeMillis() * 1_000_000L);
    } catch (FileSystemException | PosixException e) {
      // On a full disk, or another process has just noted the same: then the next one notes it.
    }
  }
}
