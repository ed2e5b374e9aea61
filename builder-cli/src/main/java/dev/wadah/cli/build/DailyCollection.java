package dev.wadah.cli.build;

import dev.wadah.build.gc.DailyRun;
import dev.wadah.cli.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Starts a collection when one is due, as a process of its own that goes on when this one has
 * ended: nobody waits for it.
 */
final class DailyCollection {
  private static final Path NOWHERE = Path.of("/dev/null");

  private DailyCollection() {}

  /** To be called when everything is done and said. */
  static void startIfDue(Path root, Console console) throws IOException {
    String libexec = System.getProperty("wadah.libexec");
    if (libexec == null || console.streams() != Console.Streams.OWN || !DailyRun.isDue(root)) {
      return;
    }
    Path program = Path.of(libexec).resolveSibling("bin").resolve("wadah");
    if (!Files.isExecutable(program)) {
      return;
    }
    ProcessBuilder collector =
        new ProcessBuilder(
            List.of("nice", program.toString(), "gc", "--quiet", "--root", root.toString()));
    collector.redirectInput(NOWHERE.toFile());
    collector.redirectOutput(NOWHERE.toFile());
    collector.redirectError(NOWHERE.toFile());
    try {
      collector.start();
    } catch (IOException e) {
      // The build has succeeded; that its store is not looked after today is no failure of it.
      console.err().println("wadah: note: the daily collection cannot be started: " + e);
    }
  }
}
