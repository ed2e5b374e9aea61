package dev.wadah.cli.image;

import dev.wadah.cli.UsageException;
import dev.wadah.image.Image;
import dev.wadah.oci.Platform;
import java.util.Optional;

/**
 * The platform that a command line asks for.
 *
 * @param given what {@code --platform} says; without it this machine's platform is wanted, and
 *     whatever else there is is taken too
 */
public record WantedPlatform(Optional<Platform> given) {
  /**
   * Reads a flag's value.
   *
   * @throws UsageException if it is no platform
   */
  public static WantedPlatform of(Optional<String> text) throws UsageException {
    return new WantedPlatform(
        text.isPresent() ? Optional.of(Lookup.platform(text)) : Optional.empty());
  }

  /** Which image of an index to take. */
  public Platform platform() {
    return given.orElse(Platform.host());
  }

  /**
   * Docker's words for an image that is not what was asked for: a name without an index stands for
   * one image, whatever it is for. Nothing is said when nothing was asked for.
   *
   * @param name of the image, as users write it
   */
  public Optional<String> mismatch(String name, Image image) {
    if (given.isEmpty() || fits(given.get(), image)) {
      return Optional.empty();
    }
    return Optional.of(
        "image with reference %s was found but its platform (%s) does not match the specified platform (%s)"
            .formatted(name, image.config().platform(), given.get()));
  }

  /** Docker's words for an image of another machine that nobody asked for. */
  public Optional<String> foreign(Image image) {
    if (given.isPresent() || fits(Platform.host(), image)) {
      return Optional.empty();
    }
    return Optional.of(
        "The requested image's platform (%s) does not match the detected host platform (%s) and no specific platform was requested"
            .formatted(image.config().platform(), Platform.host()));
  }

  /** As Docker, lenient with a config that leaves out the variant. */
  private static boolean fits(Platform wanted, Image image) {
    Platform offered = image.config().platform();
    return wanted.preference(offered) >= 0
        || (offered.variant().isEmpty()
            && offered.os().equals(wanted.os())
            && offered.architecture().equals(wanted.architecture()));
  }
}
