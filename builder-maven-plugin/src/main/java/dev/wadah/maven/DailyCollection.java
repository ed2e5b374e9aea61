package dev.wadah.maven;

import dev.wadah.build.gc.DailyProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.maven.plugin.logging.Log;

/** Starts the collection of a day with this JVM's java and class path. */
final class DailyCollection {
  private DailyCollection() {}

  /** To be called when the image is made; a collection that cannot start is no failure of it. */
  static void startIfDue(Path root, Log log) {
    try {
      DailyProcess.startIfDue(
          root,
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:+UseSerialGC",
              "-Duser.home=" + System.getProperty("user.home"),
              "-cp",
              System.getProperty("java.class.path"),
              DailyProcess.class.getName(),
              root.toString()));
    } catch (IOException e) {
      log.warn("wadah: the daily collection cannot be started: " + e.getMessage());
    }
  }
}
