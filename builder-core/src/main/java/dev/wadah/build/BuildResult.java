package dev.wadah.build;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.image.Image;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What was built.
 *
 * @param images an image per platform; empty for outputs that need none
 * @param metadata what the outputs say of themselves, under BuildKit's keys
 * @param warnings of the build checks, in the order of the file
 * @param misses why steps were done, by their names; empty unless the request asks for it
 * @param provenance what it was made from
 */
public record BuildResult(
    Map<Platform, Image> images,
    Map<String, Object> metadata,
    List<Diagnostic> warnings,
    Map<String, String> misses,
    Provenance provenance) {
  /** Under this key a metadata file has {@link #misses}. */
  private static final String MISSES = "wadah.build.misses";

  public BuildResult {
    warnings = List.copyOf(warnings);
  }

  /**
   * All that {@code --metadata-file} holds, sorted by key: {@link #metadata}, a name for this build
   * that no other has, and the provenance.
   */
  public Map<String, Object> metadataFile() throws IOException {
    Map<String, Object> all = new TreeMap<>(metadata);
    all.put("buildx.build.ref", BuildReference.make());
    if (!misses.isEmpty()) {
      all.put(MISSES, misses);
    }
    Optional<Map<String, Object>> origin = provenance.toMap();
    origin.ifPresent(facts -> all.put("buildx.build.provenance", facts));
    return all;
  }
}
