package dev.wadah.oci;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An image index (image-spec image-index.md) or Docker manifest list.
 *
 * @param mediaType {@link MediaTypes#OCI_INDEX} or {@link MediaTypes#DOCKER_INDEX}
 * @param manifests in order
 * @param annotations free text
 * @param subject what this one refers to
 * @param artifactType type of an artifact
 */
public record Index(
    String mediaType,
    List<Descriptor> manifests,
    Map<String, String> annotations,
    Optional<Descriptor> subject,
    Optional<String> artifactType) {
  public Index {
    manifests = List.copyOf(manifests);
    annotations = java.util.Collections.unmodifiableMap(new java.util.TreeMap<>(annotations));
  }
}
