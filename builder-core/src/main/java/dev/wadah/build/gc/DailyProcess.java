package dev.wadah.build.gc;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The collection that a build starts once a day: a process of its own, which goes on when the build
 * has ended. Nobody waits for it, and nobody reads what it says.
 */
public final class DailyProcess {
  private static final Path NOWHERE = Path.of("/dev/null");

  private DailyProcess() {}

  /**
   * Starts one when it is due; to be called when everything is done and said.
   *
   * @param command what to start, such as {@code wadah gc --quiet --root DIR}
   * @throws IOException when there is no such program
   */
  public static void startIfDue(Path root, List<String> command) throws IOException {
    if (!DailyRun.isDue(root)) {
      return;
    }
    List<String> words = new ArrayList<>(List.of("nice"));
    words.addAll(command);
    new ProcessBuilder(words)
        .redirectInput(NOWHERE.toFile())
        .redirectOutput(NOWHERE.toFile())
        .redirectError(NOWHERE.toFile())
        .start();
  }

  /** Keeps a store within its own limits, unless another collector is at it. */
  public static void collect(Path root, Instant now) throws IOException {
    Collector collector = Collector.open(root, now);
    collector.collectUnlessAnotherDoes(GcSettings.read(root).wishes());
    collector.sync();
  }

  /** For those that have no {@code wadah} command beside them: the folder of a store. */
  public static void main(String[] arguments) throws IOException {
    collect(Path.of(arguments[0]), Instant.now());
  }
}
