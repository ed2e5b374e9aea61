package dev.wadah.cli.registry;

import dev.wadah.cli.Console;
import dev.wadah.cli.progress.Screen;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.oci.Descriptor;
import java.io.PrintStream;
import java.util.Map;

/** Shows how the layers of one image move. Closing it draws the last state. */
public interface TransferDisplay extends TransferProgress, AutoCloseable {
  /** Shows nothing. */
  TransferDisplay NONE =
      new TransferDisplay() {
        @Override
        public void update(Descriptor blob, State state, long bytes) {
          // Nobody wants to know.
        }

        @Override
        public void close() {
          // Nothing was shown.
        }
      };

  @Override
  void close();

  /** Shows a pull on standard output. */
  static TransferDisplay ofPull(Console console) {
    return open(TransferWords.PULL, console.out(), console.isOutputTerminal(), console);
  }

  /** Shows a pull that a command does on its way, on standard error. */
  static TransferDisplay ofPullOnTheWay(Console console) {
    return open(TransferWords.PULL, console.err(), console.isErrorTerminal(), console);
  }

  /** Shows a push on standard output. */
  static TransferDisplay ofPush(Console console) {
    return open(TransferWords.PUSH, console.out(), console.isOutputTerminal(), console);
  }

  private static TransferDisplay open(
      TransferWords words, PrintStream out, boolean terminal, Console console) {
    Map<String, String> environment = console.environment();
    boolean live =
        terminal
            && environment.getOrDefault("CI", "").isEmpty()
            && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    return live
        ? TransferScreen.start(words, out, () -> Screen.of(environment))
        : new TransferLines(words, out);
  }
}
