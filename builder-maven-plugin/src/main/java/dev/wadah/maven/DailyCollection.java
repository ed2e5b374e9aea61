package dev.wadah.maven;

import dev.wadah.build.gc.DailyProcess;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.maven.plugin.logging.Log;

/** Starts the collection of a day with this JVM's java and this plugin's jars. */
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
              "-cp",
              classPath(),
              DailyProcess.class.getName(),
              root.toString()));
    } catch (IOException | URISyntaxException e) {
      log.warn("wadah: the daily collection cannot be started: " + e.getMessage());
    }
  }

  /** Maven loads a plugin from a list of jars. */
  private static String classPath() throws URISyntaxException {
    List<String> files = new ArrayList<>();
    if (DailyCollection.class.getClassLoader() instanceof URLClassLoader jars) {
      for (URL jar : jars.getURLs()) {
        files.add(Path.of(jar.toURI()).toString());
      }
    }
    return String.join(File.pathSeparator, files);
  }
}
