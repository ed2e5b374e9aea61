package dev.wadah.cli.registry;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import java.io.PrintStream;
import java.util.function.Supplier;

/**
 * Says what is pulled when the registry has answered, and not before: it may have no such thing.
 */
final class HeadedDisplay implements TransferDisplay {
  private final PrintStream out;
  private final ImageReference name;
  private final Supplier<TransferDisplay> layers;
  private TransferDisplay display;

  /**
   * Shows nothing yet.
   *
   * @param layers opens what shows the layers below the heading
   */
  HeadedDisplay(PrintStream out, ImageReference name, Supplier<TransferDisplay> layers) {
    this.out = out;
    this.name = name;
    this.layers = layers;
  }

  /** Makes sure that the heading is there. */
  synchronized TransferDisplay head() {
    if (display == null) {
      String tag = name.digest().isPresent() ? name.toString() : name.tag().orElse("");
      out.println(tag + ": Pulling from " + name.path());
      out.flush();
      display = layers.get();
    }
    return display;
  }

  @Override
  public void update(Descriptor blob, State state, long bytes) {
    head().update(blob, state, bytes);
  }

  @Override
  public synchronized void close() {
    if (display != null) {
      display.close();
    }
  }
}
