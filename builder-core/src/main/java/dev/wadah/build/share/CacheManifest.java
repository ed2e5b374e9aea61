package dev.wadah.build.share;

import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.registry.Registry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A cache as one image manifest: its config holds the records, its layers are those that they name.
 * An inline cache is an annotation of an image's manifest with the same records.
 */
final class CacheManifest {
  /** The annotation of an inline cache. */
  static final String ANNOTATION = "dev.wadah.cache.v1";

  /** The names in a layer, as {@link dev.wadah.layer.LayerIndex} writes them. */
  static final String INDEX_TYPE = "application/vnd.wadah.layer.index.v1";

  /** The largest index that is read. */
  static final int MAX_INDEX_BYTES = 32 << 20;

  /** The largest config that is read. */
  static final int MAX_CONFIG_BYTES = 32 << 20;

  /** The largest layer that anybody may claim: 1 TiB. */
  private static final long MAX_LAYER_BYTES = 1L << 40;

  private static final int MAX_INDEX_ENTRIES = 64;
  private static final String BUILDKIT_CONFIG = "application/vnd.buildkit.cacheconfig.v0";
  private static final String EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
  private static final byte[] EMPTY_JSON = "{}".getBytes(StandardCharsets.UTF_8);
  private static final Set<String> LAYER_TYPES =
      Set.of(MediaTypes.OCI_LAYER, MediaTypes.OCI_LAYER_GZIP, MediaTypes.OCI_LAYER_ZSTD);

  private CacheManifest() {}

  /** Gives documents by their descriptors. */
  interface Documents {
    /** A manifest that an index names. */
    Registry.Document manifest(Descriptor descriptor) throws IOException;

    /** A config; its digest was checked. */
    byte[] config(Descriptor descriptor) throws IOException;
  }

  /**
   * A cache that is ready to be stored.
   *
   * @param manifest the manifest
   * @param blobs the small blobs that it needs besides layers: its config, and what stands for a
   *     layer where there is none
   */
  record Written(Registry.Document manifest, Map<Descriptor, byte[]> blobs) {}

  /** Writes a cache. */
  static Written write(CacheContents contents, CacheTarget.Format format) {
    List<DiffId> diffIds = new ArrayList<>();
    List<Descriptor> layers = new ArrayList<>();
    for (DiffId layer : sorted(contents.layers())) {
      Descriptor blob = contents.blobs().get(layer);
      diffIds.add(layer);
      layers.add(Descriptor.of(layerType(blob, format), blob.digest(), blob.sizeBytes()));
    }
    Map<Descriptor, byte[]> blobs = new HashMap<>();
    byte[] records = new CacheDocument(diffIds, contents).toBytes();
    Descriptor config = Descriptor.of(CacheDocument.MEDIA_TYPE, Digest.of(records), records.length);
    blobs.put(config, records);
    for (DiffId layer : sorted(contents.indexes().keySet())) {
      // named here as well, so that a registry keeps them; behind the layers of records
      layers.add(contents.indexes().get(layer).blob());
    }
    if (layers.isEmpty()) {
      // image-spec manifest.md: a manifest should have a layer, and this is what stands for none.
      Descriptor empty = Descriptor.of(EMPTY_TYPE, Digest.of(EMPTY_JSON), EMPTY_JSON.length);
      layers.add(empty);
      blobs.put(empty, EMPTY_JSON);
    }
    String type =
        format == CacheTarget.Format.DOCKER ? MediaTypes.DOCKER_MANIFEST : MediaTypes.OCI_MANIFEST;
    Manifest manifest =
        new Manifest(type, config, layers, Map.of(), Optional.empty(), Optional.empty());
    return new Written(new Registry.Document(type, OciJson.write(manifest)), blobs);
  }

  private static String layerType(Descriptor blob, CacheTarget.Format format) {
    return format == CacheTarget.Format.DOCKER
        ? MediaTypes.toDockerLayer(blob.mediaType())
        : MediaTypes.toOciLayer(blob.mediaType());
  }

  /** Layers in the order of their digests. */
  static List<DiffId> sorted(Set<DiffId> layers) {
    List<DiffId> sorted = new ArrayList<>(layers);
    sorted.sort(Comparator.comparing(DiffId::digest));
    return sorted;
  }

  /** The annotation of an image with these layers; empty when no record is about them. */
  static Optional<String> annotation(CacheContents contents, List<DiffId> layers) {
    CacheContents own = contents.ofLayers(Set.copyOf(layers)).withIndexes(Map.of());
    if (own.results().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new String(new CacheDocument(layers, own).toBytes(), StandardCharsets.UTF_8));
  }

  /**
   * Understands what lies at a place.
   *
   * @throws IOException if a document that it leads to cannot be had
   */
  static Found read(Registry.Document document, Documents documents) throws IOException {
    Digest digest = document.descriptor().digest();
    try {
      return MediaTypes.isIndex(document.mediaType())
          ? index(document, documents)
          : manifest(document, documents);
    } catch (IllegalArgumentException e) {
      return Found.without(Found.Kind.BROKEN, digest, e.getMessage());
    }
  }

  private static Found index(Registry.Document document, Documents documents) throws IOException {
    Index index = OciJson.parseIndex(document.bytes());
    Digest digest = document.descriptor().digest();
    if (index.manifests().stream().anyMatch(m -> m.mediaType().equals(BUILDKIT_CONFIG))) {
      return foreign(digest);
    }
    CacheContents all = CacheContents.EMPTY;
    int read = 0;
    for (Descriptor entry : index.manifests()) {
      if (MediaTypes.isManifest(entry.mediaType()) && read++ < MAX_INDEX_ENTRIES) {
        all = all.merge(manifest(documents.manifest(entry), documents).contents());
      }
    }
    return all.results().isEmpty()
        ? withoutInline(digest)
        : Found.of(Found.Kind.IMAGE, all, digest);
  }

  private static Found foreign(Digest digest) {
    return Found.without(
        Found.Kind.FOREIGN, digest, "it is a cache in BuildKit's own format, with BuildKit's keys");
  }

  private static Found withoutInline(Digest digest) {
    return Found.without(
        Found.Kind.IMAGE, digest, "it is an image without an inline cache of wadah");
  }

  private static Found manifest(Registry.Document document, Documents documents)
      throws IOException {
    Manifest manifest = OciJson.parseManifest(document.bytes());
    Digest digest = document.descriptor().digest();
    String type = manifest.config().mediaType();
    if (type.equals(CacheDocument.MEDIA_TYPE)) {
      if (manifest.config().sizeBytes() > MAX_CONFIG_BYTES) {
        throw new IllegalArgumentException(
            "its records are larger than %d MiB".formatted(MAX_CONFIG_BYTES >> 20));
      }
      byte[] config = documents.config(manifest.config());
      return Found.of(Found.Kind.CACHE, contents(config, manifest), digest);
    }
    if (type.equals(BUILDKIT_CONFIG)) {
      return foreign(digest);
    }
    if (!MediaTypes.isImageConfig(type)) {
      return Found.without(
          Found.Kind.FOREIGN, digest, "it is an artifact of type %s".formatted(type));
    }
    String inline = manifest.annotations().get(ANNOTATION);
    return inline == null
        ? withoutInline(digest)
        : Found.of(
            Found.Kind.IMAGE, contents(inline.getBytes(StandardCharsets.UTF_8), manifest), digest);
  }

  private static CacheContents contents(byte[] records, Manifest manifest) {
    CacheDocument document = CacheDocument.parse(records);
    if (document.diffIds().size() > manifest.layers().size()) {
      throw new IllegalArgumentException(
          "its records name %d layers, but it has %d"
              .formatted(document.diffIds().size(), manifest.layers().size()));
    }
    Map<DiffId, Descriptor> blobs = new HashMap<>();
    for (int i = 0; i < document.diffIds().size(); i++) {
      Descriptor blob = manifest.layers().get(i);
      if (isLayer(blob) && !document.diffIds().get(i).equals(LayerStore.EMPTY)) {
        blobs.put(document.diffIds().get(i), blob);
      }
    }
    return document.contents().withBlobs(blobs);
  }

  private static boolean isLayer(Descriptor blob) {
    return LAYER_TYPES.contains(MediaTypes.toOciLayer(blob.mediaType()))
        && blob.digest().algorithm().equals("sha256")
        && blob.sizeBytes() >= 0
        && blob.sizeBytes() <= MAX_LAYER_BYTES;
  }
}
