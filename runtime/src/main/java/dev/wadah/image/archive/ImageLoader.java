package dev.wadah.image.archive;

import dev.wadah.content.ContentStore;
import dev.wadah.image.BlobEncoding;
import dev.wadah.image.BlobIntake;
import dev.wadah.image.ImageException;
import dev.wadah.image.ImageStore;
import dev.wadah.layer.LayerStore;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Loads images from archives: those of {@code docker save} old and new, OCI image layouts as a tar
 * or a folder; compressed with gzip, zstd, xz, bzip2 or not at all. Digests and diffIDs are
 * verified; layers are stored as they are and unpacked when somebody needs their files.
 */
public final class ImageLoader {
  private final ContentStore content;
  private final LayerStore layers;
  private final ImageStore images;
  private final BlobIntake intake;

  public ImageLoader(ContentStore content, LayerStore layers, ImageStore images) {
    this.content = content;
    this.layers = layers;
    this.images = images;
    this.intake = new BlobIntake(content);
  }

  /**
   * Loads a file or a layout folder.
   *
   * @throws ImageException if it is no image archive, or a damaged one
   */
  public List<LoadedImage> load(Path archive) throws IOException {
    if (Files.isDirectory(archive)) {
      return load(new FolderFiles(archive, intake));
    }
    if (!Files.isRegularFile(archive)) {
      try (InputStream in = Files.newInputStream(archive)) {
        return load(in, archive.toString());
      }
    }
    byte[] head = head(archive);
    if (BlobEncoding.of(head) == BlobEncoding.PLAIN) {
      return load(new TarFiles(archive, intake));
    }
    try (InputStream in = new FileInputStream(archive.toFile())) {
      return load(in, archive.toString());
    }
  }

  private static byte[] head(Path archive) throws IOException {
    try (InputStream in = new FileInputStream(archive.toFile())) {
      return in.readNBytes(BlobEncoding.HEAD_BYTES);
    }
  }

  /**
   * Loads an archive that comes as a stream, which is read to its end and stays open.
   *
   * @param name what messages call it, such as "standard input"
   */
  public List<LoadedImage> load(InputStream in, String name) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, BlobIntake.BUFFER_BYTES);
    buffered.mark(BlobEncoding.HEAD_BYTES);
    byte[] head = buffered.readNBytes(BlobEncoding.HEAD_BYTES);
    buffered.reset();
    InputStream tar = BlobEncoding.of(head).decode(buffered);
    return load(new StreamedTarFiles(name, tar, intake));
  }

  private List<LoadedImage> load(ArchiveFiles archive) throws IOException {
    try (ArchiveFiles files = archive) {
      if (files.has("index.json") && files.has("oci-layout")) {
        return new OciArchive(content, layers, images, files).load();
      }
      if (files.has("manifest.json")) {
        return new DockerArchive(content, layers, images, files).load();
      }
      if (files.has("repositories")) {
        throw new ImageException(
            files.name()
                + " was saved by a docker older than 1.10; save it again with a newer one");
      }
      throw new ImageException(
          files.name()
              + " is no image archive: it has neither a manifest.json nor an index.json; to make an"
              + " image of a file system's tar, use import");
    }
  }
}
