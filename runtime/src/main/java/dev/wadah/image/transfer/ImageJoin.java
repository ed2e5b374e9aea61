package dev.wadah.image.transfer;

import dev.wadah.image.ImageException;
import dev.wadah.image.ImageReader;
import dev.wadah.image.RemoteConfig;
import dev.wadah.oci.Annotations;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Platform;
import dev.wadah.registry.Registry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes one index of images that lie in registries, as {@code docker manifest} and {@code buildx
 * imagetools} do. Only manifests and configs are read.
 */
public final class ImageJoin {
  private final Registry registry;

  public ImageJoin(Registry registry) {
    this.registry = registry;
  }

  /**
   * What a reference adds to an index: of an index its entries, nested indexes and attestations as
   * they are; of a manifest itself.
   */
  public List<JoinEntry> entries(ImageReference reference) throws IOException {
    Registry.Document document = registry.manifest(reference);
    requireNoSchema1(reference, document);
    if (!MediaTypes.isIndex(document.mediaType())) {
      return List.of(
          new JoinEntry(described(reference, document, ImageJoin::normalisedPlatform), reference));
    }
    List<JoinEntry> entries = new ArrayList<>();
    for (Descriptor entry : index(reference, document).manifests()) {
      entries.add(new JoinEntry(entry, reference));
    }
    return entries;
  }

  /**
   * A single image, with its platform in the words of its config, such as arm64's variant v8.
   *
   * @throws ImageException if the reference is an index
   */
  public JoinEntry image(ImageReference reference) throws IOException {
    Registry.Document document = registry.manifest(reference);
    requireNoSchema1(reference, document);
    if (MediaTypes.isIndex(document.mediaType())) {
      throw new ImageException(reference.familiar() + " is a manifest list");
    }
    return new JoinEntry(described(reference, document, OciJson::parseConfigPlatform), reference);
  }

  /**
   * An entry with what its content says where {@code given} is silent: size, media type, platform.
   *
   * @param given with the digest at least
   */
  public JoinEntry completed(Descriptor given, ImageReference repository) throws IOException {
    ImageReference reference = repository.withDigest(given.digest());
    Registry.Document document = registry.manifest(reference);
    requireNoSchema1(reference, document);
    Descriptor found =
        MediaTypes.isIndex(document.mediaType())
            ? document.descriptor()
            : described(reference, document, ImageJoin::normalisedPlatform);
    Descriptor whole = found.withAnnotations(given.annotations());
    if (given.platform().isPresent()) {
      whole = whole.withPlatform(given.platform().get());
    }
    if (!given.mediaType().isEmpty()) {
      whole = whole.withMediaType(given.mediaType());
    }
    return new JoinEntry(whole, reference);
  }

  private static void requireNoSchema1(ImageReference reference, Registry.Document document)
      throws ImageException {
    if (MediaTypes.isSchema1(document.mediaType())) {
      throw new ImageException(
          "%s is in Docker's image format 1, which no index may hold"
              .formatted(reference.familiar()));
    }
  }

  private static Index index(ImageReference reference, Registry.Document document)
      throws ImageException {
    try {
      return OciJson.parseIndex(document.bytes());
    } catch (IllegalArgumentException e) {
      throw new ImageException("%s: %s".formatted(reference.familiar(), e.getMessage()), e);
    }
  }

  /** A manifest with the platform that its config tells; an artifact has none, but a type. */
  private Descriptor described(
      ImageReference reference,
      Registry.Document document,
      Function<byte[], Platform> platformOfConfig)
      throws IOException {
    Manifest manifest = ImageReader.manifest(document.descriptor(), document.bytes());
    Descriptor descriptor = document.descriptor().withArtifactType(manifest.artifactType());
    if (!MediaTypes.isImageConfig(manifest.config().mediaType())) {
      return descriptor;
    }
    byte[] config = RemoteConfig.read(registry, reference, manifest.config());
    try {
      return descriptor.withPlatform(platformOfConfig.apply(config));
    } catch (IllegalArgumentException e) {
      throw new ImageException(
          "config of %s: %s".formatted(reference.familiar(), e.getMessage()), e);
    }
  }

  /** As buildx, which normalises what it reads in a config. */
  private static Platform normalisedPlatform(byte[] config) {
    return OciJson.parseConfig(config).platform();
  }

  /** Entries without those whose digest came before; a later one's words replace the earlier's. */
  public static List<JoinEntry> distinct(List<JoinEntry> entries) {
    Map<Digest, JoinEntry> distinct = new LinkedHashMap<>();
    for (JoinEntry entry : entries) {
      distinct.put(entry.descriptor().digest(), entry);
    }
    return List.copyOf(distinct.values());
  }

  /** The entries for any of these platforms. */
  public static List<JoinEntry> forPlatforms(List<JoinEntry> entries, List<Platform> platforms) {
    List<JoinEntry> kept = new ArrayList<>();
    for (JoinEntry entry : entries) {
      Optional<Platform> offered = entry.descriptor().platform();
      if (offered.isPresent()
          && platforms.stream().anyMatch(p -> p.preference(offered.get()) == 0)) {
        kept.add(entry);
      }
    }
    return kept;
  }

  /**
   * The index of these entries: Docker's manifest list when all are Docker's and nothing is
   * annotated, which that format cannot hold; OCI's otherwise.
   *
   * @param annotations of the levels index and manifest-descriptor
   */
  public static Index index(List<JoinEntry> entries, Annotations annotations) {
    Map<String, String> ofIndex = annotations.of(Annotations.Level.INDEX, Optional.empty());
    List<Descriptor> manifests = new ArrayList<>();
    boolean docker = ofIndex.isEmpty();
    for (JoinEntry entry : entries) {
      Map<String, String> all = new LinkedHashMap<>(entry.descriptor().annotations());
      all.putAll(
          annotations.of(Annotations.Level.MANIFEST_DESCRIPTOR, entry.descriptor().platform()));
      manifests.add(entry.descriptor().withAnnotations(all));
      docker &= entry.descriptor().mediaType().equals(MediaTypes.DOCKER_MANIFEST) && all.isEmpty();
    }
    return new Index(
        docker ? MediaTypes.DOCKER_INDEX : MediaTypes.OCI_INDEX,
        manifests,
        ofIndex,
        Optional.empty(),
        Optional.empty());
  }
}
