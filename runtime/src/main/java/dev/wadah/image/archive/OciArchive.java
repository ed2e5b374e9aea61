package dev.wadah.image.archive;

import dev.wadah.content.ContentStore;
import dev.wadah.content.DigestMismatchException;
import dev.wadah.image.Image;
import dev.wadah.image.ImageException;
import dev.wadah.image.ImageReader;
import dev.wadah.image.ImageStore;
import dev.wadah.image.PlatformChoice;
import dev.wadah.image.StoredBlob;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads an OCI image layout (image-spec image-layout.md), a folder or a tar, also one inside a
 * docker archive. Original bytes are kept, so every digest stays what it was. An index may name
 * images that are not in the layout; those are left out.
 */
final class OciArchive {
  /** Where buildx, containerd and docker write the full name. */
  static final String NAME = "io.containerd.image.name";

  /** Where the specification wants a name or a tag. */
  static final String REF_NAME = "org.opencontainers.image.ref.name";

  private final ContentStore content;
  private final LayerStore layers;
  private final ImageStore images;
  private final ArchiveFiles files;

  OciArchive(ContentStore content, LayerStore layers, ImageStore images, ArchiveFiles files) {
    this.content = content;
    this.layers = layers;
    this.images = images;
    this.files = files;
  }

  List<LoadedImage> load() throws IOException {
    Index index = index("index.json", files.document("index.json"));
    List<LoadedImage> loaded = new ArrayList<>();
    List<DockerManifest> tagged =
        files.has("manifest.json")
            ? DockerManifest.parseAll(files.document("manifest.json"), files.name())
            : List.of();
    for (Descriptor entry : PlatformChoice.images(index)) {
      List<Digest> ids = new ArrayList<>();
      if (!take(entry, 0, ids)) {
        throw missing(entry.digest());
      }
      if (!ids.isEmpty()) {
        Set<ImageReference> names = names(entry, ids, tagged);
        Descriptor target = Descriptor.of(entry.mediaType(), entry.digest(), entry.sizeBytes());
        for (ImageReference name : names) {
          images.tag(name, target);
        }
        merge(loaded, new LoadedImage(List.copyOf(names), target, ids));
      }
    }
    if (loaded.isEmpty()) {
      throw new ImageException(files.name() + " holds no image");
    }
    return loaded;
  }

  /** One image with several names has an entry for each; they become one. */
  private static void merge(List<LoadedImage> loaded, LoadedImage next) {
    for (int i = 0; i < loaded.size(); i++) {
      LoadedImage earlier = loaded.get(i);
      if (earlier.target().digest().equals(next.target().digest())) {
        Set<ImageReference> names = new LinkedHashSet<>(earlier.names());
        names.addAll(next.names());
        loaded.set(i, new LoadedImage(List.copyOf(names), earlier.target(), earlier.ids()));
        return;
      }
    }
    loaded.add(next);
  }

  private Set<ImageReference> names(Descriptor entry, List<Digest> ids, List<DockerManifest> tagged)
      throws ImageException {
    Set<ImageReference> names = new LinkedHashSet<>();
    String full = entry.annotations().get(NAME);
    String ref = entry.annotations().getOrDefault(REF_NAME, "");
    if (full != null) {
      names.addAll(DockerArchive.names(List.of(full), files.name()));
    } else if (ref.indexOf(':') >= 0 || ref.indexOf('/') >= 0) {
      names.addAll(DockerArchive.names(List.of(ref), files.name()));
    }
    for (DockerManifest manifest : tagged) {
      for (Digest id : ids) {
        if (manifest.config().contains(id.hex())) {
          names.addAll(DockerArchive.names(manifest.repoTags(), files.name()));
        }
      }
    }
    return names;
  }

  /**
   * Takes a manifest or index and all that it leads to.
   *
   * @return false if it is not in the layout
   */
  private boolean take(Descriptor target, int depth, List<Digest> ids) throws IOException {
    if (!files.has(blobFile(target.digest()))) {
      return false;
    }
    byte[] bytes = verified(target);
    if (MediaTypes.isSchema1(target.mediaType())) {
      throw new ImageException(files.name() + " holds an image in Docker's retired format 1");
    }
    if (!MediaTypes.isIndex(target.mediaType())) {
      takeManifest(target, bytes, ids);
    } else if (depth < ImageReader.MAX_INDEX_DEPTH) {
      for (Descriptor entry : PlatformChoice.images(index(target.digest().toString(), bytes))) {
        take(entry, depth + 1, ids);
      }
      content.put(bytes);
    } else {
      throw new ImageException(
          "%s: indexes are nested deeper than %d"
              .formatted(files.name(), ImageReader.MAX_INDEX_DEPTH));
    }
    return true;
  }

  private void takeManifest(Descriptor target, byte[] bytes, List<Digest> ids) throws IOException {
    Manifest manifest = ImageReader.manifest(target, bytes);
    if (!MediaTypes.isImageConfig(manifest.config().mediaType())) {
      return;
    }
    byte[] configBytes = verified(manifest.config());
    Image image = ImageReader.assemble(target, manifest, bytes, configBytes);
    for (int i = 0; i < manifest.layers().size(); i++) {
      takeLayer(manifest.layers().get(i), image.config().diffIds().get(i));
    }
    content.put(configBytes);
    content.put(bytes);
    images.keep(image);
    ids.add(image.id());
  }

  private void takeLayer(Descriptor blob, DiffId diffId) throws IOException {
    boolean known =
        layers.has(diffId)
            && content.has(blob.digest())
            && layers.blob(diffId).map(b -> b.digest().equals(blob.digest())).orElse(false);
    if (known) {
      return;
    }
    if (!files.has(blobFile(blob.digest())) && MediaTypes.isForeignLayer(blob.mediaType())) {
      return;
    }
    StoredBlob stored = files.store(blobFile(blob.digest()));
    if (!stored.digest().equals(blob.digest())) {
      throw new DigestMismatchException("layer of " + files.name(), blob.digest(), stored.digest());
    }
    if (!stored.diffId().equals(diffId)) {
      throw new DigestMismatchException(
          "layer %s of %s, uncompressed".formatted(blob.digest().abbreviated(), files.name()),
          diffId.digest(),
          stored.diffId().digest());
    }
    layers.addBlob(diffId, blob, wanted -> content.open(wanted.digest()));
  }

  private byte[] verified(Descriptor descriptor) throws IOException {
    byte[] bytes = files.document(blobFile(descriptor.digest()));
    Digest actual = Digest.of(bytes);
    if (!actual.equals(descriptor.digest())) {
      throw new DigestMismatchException("blob of " + files.name(), descriptor.digest(), actual);
    }
    return bytes;
  }

  private Index index(String what, byte[] bytes) throws ImageException {
    try {
      return OciJson.parseIndex(bytes);
    } catch (IllegalArgumentException e) {
      throw new ImageException("%s: %s: %s".formatted(files.name(), what, e.getMessage()), e);
    }
  }

  private ImageException missing(Digest digest) {
    return files.missing(blobFile(digest));
  }

  static String blobFile(Digest digest) {
    return "blobs/" + digest.algorithm() + "/" + digest.hex();
  }
}
