package dev.wadah.cli.registry;

import dev.wadah.cli.Console;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.transfer.ImageTransfer;
import dev.wadah.image.transfer.ImageTransfer.Pulled;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.io.PrintStream;

/** A pull that another command needs: as docker's, with all that is said on standard error. */
public final class PullOnTheWay {
  private final Engine engine;
  private final Console console;

  public PullOnTheWay(Engine engine, Console console) {
    this.engine = engine;
    this.console = console;
  }

  /** Whether to say that the image was looked for on this machine. */
  public enum Reason {
    MISSING,
    WANTED
  }

  /**
   * Pulls an image with all its layers.
   *
   * @throws dev.wadah.registry.RegistryException if the registry does not give it
   */
  public Image pull(ImageReference name, Platform platform, Reason reason) throws IOException {
    PrintStream err = console.err();
    ImageReference shown = name.digest().map(name::withDigest).orElse(name);
    if (reason == Reason.MISSING) {
      err.println("Unable to find image '" + shown.familiar() + "' locally");
      err.flush();
    }
    Pulled pulled;
    try (HeadedDisplay display =
        new HeadedDisplay(err, shown, () -> TransferDisplay.ofPullOnTheWay(console))) {
      pulled =
          new ImageTransfer(engine.content(), engine.images(), engine.registry())
              .pull(name, platform, display);
      display.head();
    }
    err.println("Digest: " + pulled.target().digest());
    String status = pulled.isNew() ? "Downloaded newer image for " : "Image is up to date for ";
    err.println("Status: " + status + shown.familiar());
    err.flush();
    return pulled.image();
  }
}
