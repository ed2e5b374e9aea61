package dev.wadah.cli.registry;

import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;

/** Prints a line when the state of a blob changes, in docker's words. */
final class TransferLines implements TransferProgress {
  private final PrintStream out;
  private final String moving;
  private final String exists;
  private final String done;
  private final Map<Digest, State> states = new HashMap<>();

  private TransferLines(PrintStream out, String moving, String exists, String done) {
    this.out = out;
    this.moving = moving;
    this.exists = exists;
    this.done = done;
  }

  static TransferLines ofPull(PrintStream out) {
    return new TransferLines(out, "Pulling fs layer", "Already exists", "Pull complete");
  }

  static TransferLines ofPush(PrintStream out) {
    return new TransferLines(out, "Pushing", "Layer already exists", "Pushed");
  }

  @Override
  public synchronized void update(Descriptor blob, State state, long bytes) {
    if (states.put(blob.digest(), state) == state) {
      return;
    }
    String text =
        switch (state) {
          case WAITING -> "Waiting";
          case COMPRESSING -> "Compressing";
          case MOVING -> moving;
          case EXISTS -> exists;
          case DONE -> done;
        };
    out.println(blob.digest().abbreviated() + ": " + text);
  }
}
