package dev.wadah.cli.container;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.Console;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.cli.image.WantedPlatform;
import dev.wadah.cli.registry.PullOnTheWay;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Which image is to run, and whether a registry may be asked for it.
 *
 * @param policy never {@link PullPolicy#NEWER}
 */
record RunImage(String nameOrId, WantedPlatform platform, PullPolicy policy) {
  static RunImage of(Arguments arguments) throws UsageException {
    WantedPlatform platform = WantedPlatform.of(arguments.value("platform"));
    PullPolicy policy =
        switch (arguments.oneOf("pull", "missing", List.of("always", "missing", "never"))) {
          case "always" -> PullPolicy.ALWAYS;
          case "never" -> PullPolicy.NEVER;
          default -> PullPolicy.MISSING;
        };
    return new RunImage(arguments.positional().get(0), platform, policy);
  }

  /**
   * The image for the platform that was asked for; Docker runs no other one either. Without {@code
   * --platform} an image of another machine is run after a warning.
   *
   * @throws CommandException if there is an image of another platform only
   */
  Image find(Engine engine, Console console) throws IOException, UsageException, CommandException {
    Image image = ofAnyPlatform(engine, console);
    Optional<String> mismatch = platform.mismatch(nameOrId, image);
    if (mismatch.isPresent()) {
      throw new CommandException(
          "other-platform",
          mismatch.get(),
          "no other image of this name is to be had",
          "--platform %s, or leave it out".formatted(image.config().platform()));
    }
    platform.foreign(image).ifPresent(text -> console.err().println("WARNING: " + text));
    return image;
  }

  private Image ofAnyPlatform(Engine engine, Console console) throws IOException, UsageException {
    Platform wanted = platform.platform();
    if (policy != PullPolicy.ALWAYS) {
      // An id is no reference, but may be here.
      Optional<Image> here = engine.images().find(nameOrId, wanted);
      if (here.isPresent() && !isAnotherToBeHad(engine, here.get())) {
        return here.get();
      }
    }
    ImageReference reference = Lookup.reference(nameOrId);
    if (policy == PullPolicy.NEVER) {
      return engine.images().resolve(reference, wanted, PullPolicy.NEVER);
    }
    PullOnTheWay.Reason reason =
        policy == PullPolicy.MISSING ? PullOnTheWay.Reason.MISSING : PullOnTheWay.Reason.WANTED;
    return new PullOnTheWay(engine, console).pull(reference, wanted, reason);
  }

  /** What is here may have been pulled for another platform than the one that is wanted now. */
  private boolean isAnotherToBeHad(Engine engine, Image here) throws IOException {
    return policy == PullPolicy.MISSING
        && platform.mismatch(nameOrId, here).isPresent()
        && engine.images().nameOf(nameOrId).isPresent();
  }
}
