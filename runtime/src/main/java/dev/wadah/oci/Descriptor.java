package dev.wadah.oci;

import java.util.List;
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
 * @param urls where the content lies besides the registry, for layers that registries may not hand
 *     out
 * @param data the content itself in base64; empty when it is not embedded
 */
public record Descriptor(
    String mediaType,
    Digest digest,
    long sizeBytes,
    Optional<Platform> platform,
    Map<String, String> annotations,
    Optional<String> artifactType,
    List<String> urls,
    Optional<String> data) {
  public Descriptor {
    annotations = java.util.Collections.unmodifiableMap(new TreeMap<>(annotations));
    urls = List.copyOf(urls);
  }

  /** A descriptor without platform and annotations. */
  public static Descriptor of(String mediaType, Digest digest, long sizeBytes) {
    return new Descriptor(
        mediaType,
        digest,
        sizeBytes,
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        List.of(),
        Optional.empty());
  }

  /** The same content under another media type. */
  public Descriptor withMediaType(String newMediaType) {
    return new Descriptor(
        newMediaType, digest, sizeBytes, platform, annotations, artifactType, urls, data);
  }

  public Descriptor withPlatform(Platform newPlatform) {
    return new Descriptor(
        mediaType,
        digest,
        sizeBytes,
        Optional.of(newPlatform),
        annotations,
        artifactType,
        urls,
        data);
  }

  public Descriptor withAnnotations(Map<String, String> newAnnotations) {
    return new Descriptor(
        mediaType, digest, sizeBytes, platform, newAnnotations, artifactType, urls, data);
  }

  public Descriptor withArtifactType(Optional<String> newArtifactType) {
    return new Descriptor(
        mediaType, digest, sizeBytes, platform, annotations, newArtifactType, urls, data);
  }
}
