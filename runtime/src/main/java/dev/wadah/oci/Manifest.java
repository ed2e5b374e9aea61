package dev.wadah.oci;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An image manifest (image-spec manifest.md), OCI or Docker.
 *
 * @param mediaType {@link MediaTypes#OCI_MANIFEST} or {@link MediaTypes#DOCKER_MANIFEST}
 * @param config the image config, or an artifact's
 * @param layers lowest first
 * @param annotations free text
 * @param subject what this one refers to
 * @param artifactType type of an artifact
 */
public record Manifest(
    String mediaType,
    Descriptor config,
    List<Descriptor> layers,
    Map<String, String> annotations,
    Optional<Descriptor> subject,
    Optional<String> artifactType) {
  public Manifest {
    layers = List.copyOf(layers);
    annotations = java.util.Collections.unmodifiableMap(new java.util.TreeMap<>(annotations));
  }
}
