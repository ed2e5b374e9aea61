package dev.wadah.dockerfile.check;

import dev.wadah.dockerfile.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * What the checks must know of a build.
 *
 * @param buildArgs the build args of the command line
 * @param platformArgs the predefined platform args with their values (TARGETPLATFORM, BUILDOS and
 *     so on, TARGETSTAGE)
 * @param stages tells by 0-based index whether a stage is built; of others only names and FROM are
 *     checked
 * @param base what is known of the image that a stage begins with; empty when it is unknown or the
 *     stage begins with scratch or with another stage
 * @param isIgnored whether a path of the build context is excluded by {@code .dockerignore}
 * @param isImageName whether a text is a well-formed image reference
 */
public record CheckContext(
    Map<String, String> buildArgs,
    Map<String, String> platformArgs,
    IntPredicate stages,
    Function<Stage, Optional<Base>> base,
    Predicate<String> isIgnored,
    Predicate<String> isImageName) {

  /**
   * What is known of a base image.
   *
   * @param environment its environment
   * @param hasShell whether its config sets a shell
   * @param triggers its ONBUILD list
   */
  public record Base(Map<String, String> environment, boolean hasShell, List<String> triggers) {
    public Base {
      environment = Map.copyOf(environment);
      triggers = List.copyOf(triggers);
    }
  }

  public CheckContext {
    buildArgs = Map.copyOf(buildArgs);
    platformArgs = Map.copyOf(platformArgs);
  }

  /** A context for a file alone: all stages, no build args, nothing known of images and files. */
  public static CheckContext ofFileAlone(
      Map<String, String> platformArgs, Predicate<String> isImageName) {
    return new CheckContext(
        Map.of(), platformArgs, i -> true, s -> Optional.empty(), p -> false, isImageName);
  }
}
