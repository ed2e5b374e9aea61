package dev.wadah.cli.image;

import dev.wadah.cli.CommandException;
import dev.wadah.cli.UsageException;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageStore.Named;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.util.Optional;

/** Finds what a command's argument names, or says that it is not there. */
public final class Lookup {
  private Lookup() {}

  /** The image of a name or id that is on this machine. */
  public static Image image(Engine engine, String nameOrId, Platform platform)
      throws IOException, CommandException {
    return engine.images().find(nameOrId, platform).orElseThrow(() -> missing(nameOrId));
  }

  /** The manifest or index of a name or id that is on this machine. */
  static Descriptor target(Engine engine, String nameOrId) throws IOException, CommandException {
    return engine.images().target(nameOrId).orElseThrow(() -> missing(nameOrId));
  }

  private static CommandException missing(String nameOrId) {
    return new CommandException(
        "no-such-image",
        "no such image: \"%s\"".formatted(nameOrId),
        "no image on this machine has that name or id",
        "\"wadah images\" lists all");
  }

  /** A name that is written correctly. */
  public static ImageReference reference(String text) throws UsageException {
    try {
      return ImageReference.parse(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), "", "such as registry.example/team/app:1.0");
    }
  }

  /** Whether a name says which tag or digest of its repository is meant. */
  public static boolean isTaggedOrDigested(String text) {
    return text.indexOf('@') >= 0 || text.lastIndexOf(':') > text.lastIndexOf('/');
  }

  /** A platform that is written correctly; this machine's where none is given. */
  public static Platform platform(Optional<String> text) throws UsageException {
    try {
      return text.isEmpty() ? Platform.host() : Platform.parse(text.get());
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), "", "such as linux/arm64");
    }
  }

  /** Whether a listed name belongs to the repository or full name {@code wanted}. */
  static boolean matches(Named named, ImageReference wanted, boolean anyTag) {
    return named
        .name()
        .filter(n -> n.repository().equals(wanted.repository()))
        .filter(n -> anyTag || n.tag().equals(wanted.tag()))
        .isPresent();
  }
}
