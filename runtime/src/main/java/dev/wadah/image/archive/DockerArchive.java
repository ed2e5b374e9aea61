package dev.wadah.image.archive;

import dev.wadah.content.ContentStore;
import dev.wadah.content.DigestMismatchException;
import dev.wadah.image.Image;
import dev.wadah.image.ImageException;
import dev.wadah.image.ImageStore;
import dev.wadah.image.StoredBlob;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the format of {@code docker save}: a {@code manifest.json} that names a config and layers.
 * The config's bytes are kept; a manifest is made for them, always the same for the same layers.
 */
final class DockerArchive {
  private final ContentStore content;
  private final LayerStore layers;
  private final ImageStore images;
  private final ArchiveFiles files;

  DockerArchive(ContentStore content, LayerStore layers, ImageStore images, ArchiveFiles files) {
    this.content = content;
    this.layers = layers;
    this.images = images;
    this.files = files;
  }

  List<LoadedImage> load() throws IOException {
    List<LoadedImage> loaded = new ArrayList<>();
    byte[] json = files.document("manifest.json");
    for (DockerManifest manifest : DockerManifest.parseAll(json, files.name())) {
      loaded.add(load(manifest));
    }
    if (loaded.isEmpty()) {
      throw new ImageException(files.name() + " holds no image: its manifest.json is empty");
    }
    return loaded;
  }

  private LoadedImage load(DockerManifest entry) throws IOException {
    List<ImageReference> names = names(entry.repoTags(), files.name());
    byte[] configBytes = files.document(entry.config());
    ImageConfig config = config(entry, configBytes);
    List<Descriptor> blobs = new ArrayList<>();
    for (int i = 0; i < config.diffIds().size(); i++) {
      blobs.add(layer(entry.layers().get(i), config.diffIds().get(i)));
    }
    Manifest manifest =
        new Manifest(
            MediaTypes.OCI_MANIFEST,
            Descriptor.of(MediaTypes.OCI_CONFIG, content.put(configBytes), configBytes.length),
            blobs,
            Map.of(),
            Optional.empty(),
            Optional.empty());
    byte[] manifestBytes = OciJson.write(manifest);
    Descriptor target =
        Descriptor.of(MediaTypes.OCI_MANIFEST, content.put(manifestBytes), manifestBytes.length);
    images.keep(new Image(target, manifest, config, manifestBytes, configBytes));
    for (ImageReference name : names) {
      images.tag(name, target);
    }
    return new LoadedImage(names, target, List.of(manifest.config().digest()));
  }

  static List<ImageReference> names(List<String> texts, String archive) throws ImageException {
    List<ImageReference> names = new ArrayList<>();
    for (String text : texts) {
      try {
        names.add(ImageReference.parse(text));
      } catch (IllegalArgumentException e) {
        throw new ImageException(
            "%s names an image \"%s\": %s".formatted(archive, text, e.getMessage()), e);
      }
    }
    return names;
  }

  private ImageConfig config(DockerManifest entry, byte[] bytes) throws ImageException {
    ImageConfig config;
    try {
      config = OciJson.parseConfig(bytes);
    } catch (IllegalArgumentException e) {
      throw new ImageException(
          "%s: %s: %s".formatted(files.name(), entry.config(), e.getMessage()), e);
    }
    if (config.diffIds().size() != entry.layers().size()) {
      throw new ImageException(
          "%s: %s has %d diffIDs, but manifest.json names %d layers"
              .formatted(
                  files.name(), entry.config(), config.diffIds().size(), entry.layers().size()));
    }
    return config;
  }

  /** The blob of a layer; it is read from the archive unless it is here. */
  private Descriptor layer(String file, DiffId diffId) throws IOException {
    Optional<Descriptor> known = here(diffId);
    if (known.isPresent()) {
      return known.get();
    }
    StoredBlob stored = files.store(file);
    if (!stored.diffId().equals(diffId)) {
      throw new DigestMismatchException(
          "layer \"%s\" of %s".formatted(file, files.name()),
          diffId.digest(),
          stored.diffId().digest());
    }
    Descriptor blob =
        Descriptor.of(stored.encoding().layerType(), stored.digest(), stored.sizeBytes());
    layers.addBlob(diffId, blob, wanted -> content.open(wanted.digest()));
    return blob;
  }

  private Optional<Descriptor> here(DiffId diffId) throws IOException {
    if (!layers.has(diffId)) {
      return Optional.empty();
    }
    Optional<Descriptor> blob = layers.blob(diffId);
    if (blob.isPresent() && content.has(blob.get().digest())) {
      Descriptor b = blob.get();
      return Optional.of(
          Descriptor.of(MediaTypes.toOciLayer(b.mediaType()), b.digest(), b.sizeBytes()));
    }
    Digest tar = diffId.digest();
    return content.has(tar)
        ? Optional.of(Descriptor.of(MediaTypes.OCI_LAYER, tar, content.sizeBytes(tar)))
        : Optional.empty();
  }
}
