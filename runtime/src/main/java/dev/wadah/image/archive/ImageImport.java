package dev.wadah.image.archive;

import dev.wadah.content.ContentStore;
import dev.wadah.image.BlobEncoding;
import dev.wadah.image.BlobIntake;
import dev.wadah.image.Image;
import dev.wadah.image.ImageException;
import dev.wadah.image.ImageStore;
import dev.wadah.image.StoredBlob;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.ContainerConfig;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageConfig.History;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Makes an image of one layer from a file system's tar, as {@code docker import} does. */
public final class ImageImport {
  private final ContentStore content;
  private final LayerStore layers;
  private final ImageStore images;

  public ImageImport(ContentStore content, LayerStore layers, ImageStore images) {
    this.content = content;
    this.layers = layers;
    this.images = images;
  }

  /**
   * How the image is to be.
   *
   * @param platform what it runs on
   * @param created its time
   * @param message of its history
   * @param container with the changes that the user asked for
   */
  public record Request(
      Platform platform, Instant created, String message, ContainerConfig container) {}

  /**
   * Imports a tar, compressed or not, which is read to its end and stays open. The image has no
   * name yet.
   *
   * @param name what messages call the tar
   * @throws ImageException if it is no tar
   */
  public Image importTar(InputStream in, String name, Request request) throws IOException {
    StoredBlob stored = new BlobIntake(content).take(in, name);
    requireTar(stored, name);
    Descriptor blob =
        Descriptor.of(stored.encoding().layerType(), stored.digest(), stored.sizeBytes());
    layers.addBlob(stored.diffId(), blob, wanted -> content.open(wanted.digest()));
    History line =
        new History(
            Optional.of(request.created()),
            "",
            Optional.empty(),
            Optional.of(request.message()),
            false);
    ImageConfig config =
        new ImageConfig(
            request.platform(),
            Optional.of(request.created()),
            Optional.empty(),
            request.container(),
            List.of(stored.diffId()),
            List.of(line));
    return images.create(config, Map.of());
  }

  private void requireTar(StoredBlob stored, String name) throws IOException {
    if (stored.encoding() == BlobEncoding.XZ || stored.encoding() == BlobEncoding.BZIP2) {
      throw new ImageException(
          "%s is compressed with %s, which no layer may be; decompress it first"
              .formatted(name, stored.encoding().name().toLowerCase(java.util.Locale.ROOT)));
    }
    try (InputStream blob = content.open(stored.digest());
        TarArchiveInputStream tar = new TarArchiveInputStream(stored.encoding().decode(blob))) {
      if (tar.getNextEntry() != null) {
        return;
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new ImageException(name + " is no tar archive: " + e.getMessage(), e);
    }
    throw new ImageException(name + " is no tar archive, or an empty one");
  }
}
