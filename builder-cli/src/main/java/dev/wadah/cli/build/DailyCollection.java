package dev.wadah.cli.build;

import dev.wadah.build.gc.DailyProcess;
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
  private DailyCollection() {}

  /** To be called when everything is done and said. */
  static void startIfDue(Path root, Console console) {
    String libexec = System.getProperty("wadah.libexec");
    if (libexec == null || console.streams() != Console.Streams.OWN) {
      return;
    }
    Path program = Path.of(libexec).resolveSibling("bin").resolve("wadah");
    if (!Files.isExecutable(program)) {
      return;
    }
    try {
      DailyProcess.startIfDue(
          root, List.of(program.toString(), "gc", "--quiet", "--root", root.toString()));
    } catch (IOException e) {
      // The build has succeeded; that its store is not looked after today is no failure of it.
      console.err().println("wadah: note: the daily collection cannot be started: " + e);
    }
  }
}
