package dev.wadah.image;

import dev.wadah.content.ContentStore;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Recomputes every digest, size and diffID of an image from the bytes, and lists all that do not
 * fit. Layers that are in a registry only are fetched for it.
 */
public final class ImageVerification {
  private final ContentStore content;
  private final LayerStore layers;
  private final ImageStore images;
  private final ImageReader reader;
  private final List<String> problems = new ArrayList<>();
  private int checked;

  public ImageVerification(ContentStore content, LayerStore layers, ImageStore images) {
    this.content = content;
    this.layers = layers;
    this.images = images;
    this.reader = new ImageReader(content);
  }

  /**
   * What was found.
   *
   * @param checked how many digests were recomputed
   * @param problems a line for each that does not fit; empty for a sound image
   */
  public record Result(int checked, List<String> problems) {
    public Result {
      problems = List.copyOf(problems);
    }
  }

  /** Verifies what is at {@code target}: an image, or an index with its images that are here. */
  public Result verify(Descriptor target) throws IOException {
    problems.clear();
    checked = 0;
    if (MediaTypes.isIndex(target.mediaType())) {
      document("index", target);
    }
    for (Descriptor manifest : reader.manifests(target)) {
      if (content.has(manifest.digest())) {
        image(manifest);
      } else if (manifest.digest().equals(target.digest())) {
        problems.add("manifest %s is not here".formatted(manifest.digest()));
      }
    }
    return new Result(checked, problems);
  }

  private void image(Descriptor manifest) throws IOException {
    if (!document("manifest", manifest)) {
      return;
    }
    Image image;
    try {
      image = reader.image(manifest);
    } catch (ImageException | java.nio.file.NoSuchFileException e) {
      problems.add("manifest %s: %s".formatted(manifest.digest(), e.getMessage()));
      return;
    }
    document("config", image.manifest().config());
    for (int i = 0; i < image.manifest().layers().size(); i++) {
      layer(image, i);
    }
  }

  private boolean document(String what, Descriptor descriptor) throws IOException {
    byte[] bytes = content.read(descriptor.digest());
    checked++;
    Digest actual = Digest.of(bytes);
    boolean sound = actual.equals(descriptor.digest()) && bytes.length == descriptor.sizeBytes();
    if (!sound) {
      problems.add(
          "%s %s (%d bytes) is %s (%d bytes)"
              .formatted(what, descriptor.digest(), descriptor.sizeBytes(), actual, bytes.length));
    }
    return sound;
  }

  private void layer(Image image, int place) {
    Descriptor blob = image.manifest().layers().get(place);
    DiffId diffId = image.config().diffIds().get(place);
    try (InputStream in = images.openLayer(image, place)) {
      checked++;
      in.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (IOException e) {
      problems.add("layer %d: blob %s: %s".formatted(place + 1, blob.digest(), e.getMessage()));
      return;
    }
    try (InputStream tar = decoded(blob, diffId, image, place)) {
      checked++;
      Digest actual = hash(tar);
      if (!actual.equals(diffId.digest())) {
        problems.add(
            "layer %d: blob %s holds the diffID %s, but the config says %s"
                .formatted(place + 1, blob.digest(), actual, diffId));
      }
    } catch (IOException e) {
      problems.add(
          "layer %d: blob %s cannot be unpacked: %s"
              .formatted(place + 1, blob.digest(), e.getMessage()));
    }
  }

  private InputStream decoded(Descriptor blob, DiffId diffId, Image image, int place)
      throws IOException {
    if (blob.digest().equals(diffId.digest()) && !content.has(blob.digest())) {
      return layers.openTar(diffId);
    }
    java.io.BufferedInputStream in =
        new java.io.BufferedInputStream(images.openLayer(image, place), BlobIntake.BUFFER_BYTES);
    in.mark(BlobEncoding.HEAD_BYTES);
    byte[] head = in.readNBytes(BlobEncoding.HEAD_BYTES);
    in.reset();
    return BlobEncoding.of(head).decode(in);
  }

  private static Digest hash(InputStream in) throws IOException {
    MessageDigest hash = Sha256.create();
    byte[] buffer = new byte[BlobIntake.BUFFER_BYTES];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      hash.update(buffer, 0, n);
    }
    return Digest.ofSha256(hash.digest());
  }
}
