package dev.wadah.build.gc;

import dev.wadah.content.Store;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * When it is time to collect: the time of modification of the file {@code gc/next}, so that a build
 * needs one look at a file to know.
 */
public final class DailyRun {
  private static final String FILE = "gc/next";

  /** Time for the process that was told to collect; if it dies, another one is told. */
  private static final Duration TRY_AGAIN = Duration.ofHours(1);

  /** For those who do not want it. */
  private static final Duration NEVER = Duration.ofDays(3650);

  private DailyRun() {}

  /** Whether it is time. If so, others that ask within the hour are told no. */
  public static boolean isDue(Path root) throws IOException {
    FileStatus status = FileStatus.of(root.resolve(FILE).toString());
    if (status == null) {
      schedule(Store.open(root));
      return false;
    }
    if (System.currentTimeMillis() < status.mtimeNanos() / 1_000_000L) {
      return false;
    }
    set(root.resolve(FILE), TRY_AGAIN);
    return true;
  }

  /** Says when the next collection is due, counted from now, as the store's settings have it. */
  static void schedule(Store store) throws IOException {
    Path file = store.root().resolve(FILE);
    Duration every = every(store.root());
    Duration wait = every.isNegative() ? NEVER : every;
    if (Files.exists(file)) {
      set(file, wait);
      return;
    }
    try {
      // The collector's rooms are made when there is space: it is needed when there is none.
      Files.createDirectories(store.room("gc").resolve("trash"));
      // Under its name it has its time from the beginning: a build beside this one that met it
      // without would find a collection due.
      Path draft = file.resolveSibling("next." + Long.toHexString(System.nanoTime()) + ".tmp");
      set(Files.createFile(draft), wait);
      Posix.rename(Posix.CWD, draft.toString(), Posix.CWD, file.toString(), 0);
    } catch (FileSystemException e) {
      return; // a full disk: the next command says it
    }
  }

  private static Duration every(Path root) throws IOException {
    try {
      return GcSettings.read(root).every();
    } catch (IllegalArgumentException e) {
      // The collector itself reports what is wrong with the settings.
      return GcSettings.duration(GcSettings.DEFAULTS.get("every"));
    }
  }

  private static void set(Path file, Duration fromNow) throws IOException {
    long time = System.currentTimeMillis() + fromNow.toMillis();
    Posix.setModified(Posix.CWD, file.toString(), time * 1_000_000L);
  }
}
