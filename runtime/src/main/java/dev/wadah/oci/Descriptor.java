package dev.wadah.oci;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A reference to content (image-spec descriptor.md).
 *
 * @param mediaType its media type
 * @param digest digest of its bytes
 * @param sizeBytes its size
 * @param platform for manifests in an index
 * @param annotations in the order of their keys
 * @param artifactType type of an artifact; empty when there is none
 */
public record Descriptor(
    String mediaType,
    Digest digest,
    long sizeBytes,
    Optional<Platform> platform,
    Map<String, String> annotations,
    Optional<String> artifactType) {
  public Descriptor {
    annotations = java.util.Collections.unmodifiableMap(new TreeMap<>(annotations));
  }

  /** A descriptor without platform and annotations. */
  public static Descriptor of(String mediaType, Digest digest, long sizeBytes) {
    return new Descriptor(
        mediaType, digest, sizeBytes, Optional.empty(), Map.of(), Optional.empty());
  }

  public Descriptor withPlatform(Platform newPlatform) {
    return new Descriptor(
        mediaType, digest, sizeBytes, Optional.of(newPlatform), annotations, artifactType);
  }

  public Descriptor withAnnotations(Map<String, String> newAnnotations) {
    return new Descriptor(mediaType, digest, sizeBytes, platform, newAnnotations, artifactType);
  }
}
