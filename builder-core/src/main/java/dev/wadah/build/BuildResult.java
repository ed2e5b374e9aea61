package dev.wadah.build;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.image.Image;
import dev.wadah.oci.Platform;
import java.util.List;
import java.util.Map;

/**
 * What was built.
 *
 * @param images an image per platform; empty for outputs that need none
 * @param metadata BuildKit's keys for {@code --metadata-file}
 * @param warnings of the build checks, in the order of the file
 */
public record BuildResult(
    Map<Platform, Image> images, Map<String, Object> metadata, List<Diagnostic> warnings) {
  public BuildResult {
    warnings = List.copyOf(warnings);
  }
}
