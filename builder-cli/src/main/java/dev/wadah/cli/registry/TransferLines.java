package dev.wadah.cli.registry;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;

/**
 * Prints a line when the state of a layer changes, as docker does where there is no terminal: what
 * has a length, such as "Downloading", is left out.
 */
final class TransferLines implements TransferDisplay {
  private final TransferWords words;
  private final PrintStream out;
  private final Map<Digest, State> states = new HashMap<>();

  TransferLines(TransferWords words, PrintStream out) {
    this.words = words;
    this.out = out;
  }

  @Override
  public synchronized void update(Descriptor blob, State state, long bytes) {
    boolean silent = state == State.MOVING || state == State.COMPRESSING;
    if (states.put(blob.digest(), state) != state && !silent) {
      print(blob, words.of(state));
    }
  }

  @Override
  public synchronized void mounted(Descriptor blob, String repository) {
    states.put(blob.digest(), State.EXISTS);
    print(blob, TransferWords.mounted(repository));
  }

  private void print(Descriptor blob, String text) {
    out.println(blob.digest().abbreviated() + ": " + text);
    out.flush();
  }

  @Override
  public void close() {
    out.flush();
  }
}
