package dev.wadah.oci;

/** Media types of images (image-spec media-types.md; Docker image manifest V2 schema 2). */
public final class MediaTypes {
  public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  public static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
  public static final String OCI_LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";
  public static final String OCI_LAYER_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd";
  public static final String DOCKER_MANIFEST =
      "application/vnd.docker.distribution.manifest.v2+json";
  public static final String DOCKER_INDEX =
      "application/vnd.docker.distribution.manifest.list.v2+json";
  public static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
  public static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";
  public static final String DOCKER_LAYER_GZIP =
      "application/vnd.docker.image.rootfs.diff.tar.gzip";

  /** A layer that registries do not hand out; it lies where its descriptor's urls say. */
  public static final String DOCKER_FOREIGN_LAYER =
      "application/vnd.docker.image.rootfs.foreign.diff.tar";

  /** The prefix of the OCI types of such layers. */
  public static final String OCI_FOREIGN_LAYER =
      "application/vnd.oci.image.layer.nondistributable.v1.tar";

  /** Docker's first manifest format, which no current registry makes any more. */
  public static final String DOCKER_SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1";

  private MediaTypes() {}

  /** Whether this is an index or a manifest list. */
  public static boolean isIndex(String mediaType) {
    return mediaType.equals(OCI_INDEX) || mediaType.equals(DOCKER_INDEX);
  }

  /** Whether this is an image manifest. */
  public static boolean isManifest(String mediaType) {
    return mediaType.equals(OCI_MANIFEST) || mediaType.equals(DOCKER_MANIFEST);
  }

  /** Whether this is Docker's schema 1, signed or not. */
  public static boolean isSchema1(String mediaType) {
    return mediaType.startsWith(DOCKER_SCHEMA_1);
  }

  /** Whether a manifest with this config describes an image that can be run. */
  public static boolean isImageConfig(String mediaType) {
    return mediaType.equals(OCI_CONFIG) || mediaType.equals(DOCKER_CONFIG);
  }

  /** Whether a layer of this type need not be in a registry. */
  public static boolean isForeignLayer(String mediaType) {
    return mediaType.startsWith(DOCKER_FOREIGN_LAYER) || mediaType.startsWith(OCI_FOREIGN_LAYER);
  }

  /** The type of the same layer when registries may have it; any other type as it is. */
  public static String toDistributable(String mediaType) {
    if (mediaType.startsWith(DOCKER_FOREIGN_LAYER)) {
      return DOCKER_LAYER + mediaType.substring(DOCKER_FOREIGN_LAYER.length());
    }
    return mediaType.startsWith(OCI_FOREIGN_LAYER)
        ? OCI_LAYER + mediaType.substring(OCI_FOREIGN_LAYER.length())
        : mediaType;
  }

  /** The OCI name of a Docker layer type; any other type as it is. */
  public static String toOciLayer(String mediaType) {
    return switch (mediaType) {
      case DOCKER_LAYER -> OCI_LAYER;
      case DOCKER_LAYER_GZIP -> OCI_LAYER_GZIP;
      case DOCKER_LAYER + ".zstd" -> OCI_LAYER_ZSTD;
      case DOCKER_FOREIGN_LAYER -> OCI_FOREIGN_LAYER;
      case DOCKER_FOREIGN_LAYER + ".gzip" -> OCI_FOREIGN_LAYER + "+gzip";
      default -> mediaType;
    };
  }

  /** The Docker name of an OCI layer type; any other type as it is. */
  public static String toDockerLayer(String mediaType) {
    return switch (mediaType) {
      case OCI_LAYER -> DOCKER_LAYER;
      case OCI_LAYER_GZIP -> DOCKER_LAYER_GZIP;
      case OCI_LAYER_ZSTD -> DOCKER_LAYER + ".zstd";
      case OCI_FOREIGN_LAYER -> DOCKER_FOREIGN_LAYER;
      case OCI_FOREIGN_LAYER + "+gzip" -> DOCKER_FOREIGN_LAYER + ".gzip";
      default -> mediaType;
    };
  }
}
