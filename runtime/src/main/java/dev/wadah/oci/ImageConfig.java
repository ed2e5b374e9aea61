package dev.wadah.oci;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An image config document (image-spec config.md).
 *
 * @param platform what it runs on
 * @param created when it was made
 * @param author who made it; from MAINTAINER
 * @param container how containers of it start
 * @param diffIds its layers, lowest first
 * @param history a line per instruction, oldest first
 */
public record ImageConfig(
    Platform platform,
    Optional<Instant> created,
    Optional<String> author,
    ContainerConfig container,
    List<DiffId> diffIds,
    List<History> history) {
  public ImageConfig {
    diffIds = List.copyOf(diffIds);
    history = List.copyOf(history);
  }

  /** The config of FROM scratch. */
  public static ImageConfig scratch(Platform platform) {
    return new ImageConfig(
        platform, Optional.empty(), Optional.empty(), ContainerConfig.EMPTY, List.of(), List.of());
  }

  /**
   * A line of the history.
   *
   * @param created when
   * @param createdBy the command
   * @param author who
   * @param comment such as buildkit.dockerfile.v0
   * @param emptyLayer whether it made no layer
   */
  public record History(
      Optional<Instant> created,
      String createdBy,
      Optional<String> author,
      Optional<String> comment,
      boolean emptyLayer) {}
}
