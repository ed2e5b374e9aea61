package dev.wadah.cli;

import java.io.File;

/** The class-data archive that the start script makes, and names in {@code wadah.archive}. */
final class StartArchive {
  /**
   * A younger one stays. It was whole when it was made, so what is wrong may be the machine, as
   * with a home directory that two kinds of machines share; they must not make archives all day
   * long.
   */
  private static final long MILLIS_TO_STAY = 3_600_000;

  private StartArchive() {}

  /**
   * Removes an archive that the JVM was told to use and could not, because something has damaged
   * it: the next start makes a new one. Else each start would be slow, and the JVM complain of it.
   * One that the JVM dies of is removed by the script's {@code -XX:OnError}.
   *
   * @param file what the script named; null when it named none
   */
  static void removeUnusable(String file) {
    // The JVM maps all that it was told to, or nothing, not even its own archive; then it says no
    // "sharing" of itself.
    if (file != null && !System.getProperty("java.vm.info", "sharing").contains("sharing")) {
      removeOld(new File(file));
    }
  }

  /** As an old File: where it cannot be removed nothing can be done, and nobody wants to hear. */
  @SuppressWarnings("ResultOfMethodCallIgnored")
  private static void removeOld(File archive) {
    if (archive.lastModified() < System.currentTimeMillis() - MILLIS_TO_STAY) {
      archive.delete();
    }
  }
}
