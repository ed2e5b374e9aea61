package dev.wadah.build.graph;

import dev.wadah.oci.ContainerConfig;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageConfig.History;
import dev.wadah.oci.Platform;
import java.util.List;
import java.util.Optional;

/**
 * What is to be done for one platform, and the config of the image that comes out.
 *
 * @param vertices all that the target needs, inputs before what needs them, in the order of the
 *     file
 * @param target its root is the image's
 * @param image the config as far as it is known before the build
 * @param stages the stages that the target needs
 */
public record InstructionGraph(
    List<Vertex> vertices, Vertex target, PlannedImage image, List<PlannedStage> stages) {
  public InstructionGraph {
    vertices = List.copyOf(vertices);
    stages = List.copyOf(stages);
  }

  /**
   * A stage that the target needs.
   *
   * @param index its position in the file, 0-based
   * @param base the image that it begins with; empty for scratch, a stage or files
   * @param expected the platform that the image should be for
   */
  public record PlannedStage(int index, Optional<ImageConfig> base, Platform expected) {}

  /**
   * An image config without layers; times of history entries are those of the base, and empty for
   * new ones.
   *
   * @param inherited how many entries of the history come from the base
   */
  public record PlannedImage(
      Platform platform,
      Optional<String> author,
      ContainerConfig container,
      List<History> history,
      int inherited) {
    public PlannedImage {
      history = List.copyOf(history);
    }
  }
}
