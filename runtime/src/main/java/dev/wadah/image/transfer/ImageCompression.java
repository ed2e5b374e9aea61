package dev.wadah.image.transfer;

import com.github.luben.zstd.ZstdOutputStream;
import dev.wadah.content.ContentStore;
import dev.wadah.content.Store;
import dev.wadah.image.BlobIntake;
import dev.wadah.image.Image;
import dev.wadah.image.RecordFiles;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes the same image with compressed layers, as it is pushed: config and id stay, the manifest is
 * another. A layer is compressed once per form; {@code images/compressed} remembers the result.
 */
public final class ImageCompression {
  private final ContentStore content;
  private final LayerStore layers;
  private final Store store;

  public ImageCompression(Store store, ContentStore content, LayerStore layers) {
    this.store = store;
    this.content = content;
    this.layers = layers;
  }

  /** How layers are compressed. */
  public enum Format {
    UNCOMPRESSED,
    GZIP,
    ZSTD
  }

  /** Which layers are changed. */
  public enum Change {
    /** Those that are not compressed. */
    PLAIN_ONLY,
    /** All that are not of the wanted format. */
    ALL
  }

  /**
   * What is wanted.
   *
   * @param level of gzip 0-9, of zstd 1-22; empty for the usual one (6 and 3)
   */
  public record Form(Format format, Optional<Integer> level, Change change) {
    /** Gzip for plain layers, others as they are. */
    public static final Form FOR_PUSH = new Form(Format.GZIP, Optional.empty(), Change.PLAIN_ONLY);

    int levelOrUsual() {
      return level.orElse(format == Format.ZSTD ? 3 : 6);
    }
  }

  /**
   * The image in the form that is wanted; the same one when nothing needs to change. It has no name
   * and no record of its own.
   */
  public Image compress(Image image, Form form, TransferProgress progress) throws IOException {
    List<Descriptor> blobs = new ArrayList<>();
    for (int i = 0; i < image.manifest().layers().size(); i++) {
      Descriptor blob = image.manifest().layers().get(i);
      DiffId diffId = image.config().diffIds().get(i);
      blobs.add(compress(blob, diffId, form, progress));
    }
    if (blobs.equals(image.manifest().layers())) {
      return image;
    }
    Manifest old = image.manifest();
    Manifest manifest =
        new Manifest(
            old.mediaType(),
            old.config(),
            blobs,
            old.annotations(),
            old.subject(),
            old.artifactType());
    byte[] bytes = OciJson.write(manifest);
    Descriptor descriptor = Descriptor.of(manifest.mediaType(), content.put(bytes), bytes.length);
    return new Image(descriptor, manifest, image.config(), bytes, image.configBytes());
  }

  /**
   * One layer in the form that is wanted.
   *
   * @param blob the form that it has
   * @return {@code blob} when nothing needs to change, else a blob in the content store; the plain
   *     tar of a layer need not be there
   */
  public Descriptor compress(Descriptor blob, DiffId diffId, Form form, TransferProgress progress)
      throws IOException {
    return isRight(blob, diffId, form) ? blob : compressed(blob, diffId, form, progress);
  }

  private boolean isRight(Descriptor blob, DiffId diffId, Form form) throws IOException {
    if (MediaTypes.isForeignLayer(blob.mediaType())) {
      return true;
    }
    boolean plain = blob.digest().equals(diffId.digest());
    if (form.change() == Change.PLAIN_ONLY) {
      // a layer that is in a registry only is not fetched to be made smaller
      return !plain || form.format() == Format.UNCOMPRESSED || !layers.isHere(diffId);
    }
    return switch (form.format()) {
      case UNCOMPRESSED -> plain;
      case GZIP -> blob.mediaType().endsWith("gzip");
      case ZSTD -> blob.mediaType().endsWith("zstd");
    };
  }

  private Descriptor compressed(
      Descriptor blob, DiffId diffId, Form form, TransferProgress progress) throws IOException {
    boolean docker = blob.mediaType().startsWith(MediaTypes.DOCKER_LAYER);
    if (form.format() == Format.UNCOMPRESSED) {
      Descriptor plain =
          Descriptor.of(MediaTypes.OCI_LAYER, diffId.digest(), layers.tarSizeBytes(diffId));
      return docker ? asDocker(plain) : plain;
    }
    Optional<Descriptor> known = remembered(diffId, form);
    Descriptor made = known.isPresent() ? known.get() : make(blob, diffId, form, progress);
    return docker ? asDocker(made) : made;
  }

  private static Descriptor asDocker(Descriptor oci) {
    return oci.withMediaType(MediaTypes.toDockerLayer(oci.mediaType()));
  }

  private Optional<Descriptor> remembered(DiffId diffId, Form form) throws IOException {
    Optional<byte[]> record = new RecordFiles(room()).read(record(diffId, form));
    if (record.isEmpty()) {
      return Optional.empty();
    }
    Descriptor descriptor = OciJson.parseDescriptor(record.get());
    return content.has(descriptor.digest()) ? Optional.of(descriptor) : Optional.empty();
  }

  private Descriptor make(Descriptor blob, DiffId diffId, Form form, TransferProgress progress)
      throws IOException {
    progress.update(blob, TransferProgress.State.COMPRESSING, 0);
    Digest digest;
    long size;
    try (InputStream tar =
            new CountedInputStream(
                layers.openTar(diffId), blob, TransferProgress.State.COMPRESSING, progress);
        ContentStore.Ingest ingest = content.ingest()) {
      write(tar, ingest.out(), form);
      digest = ingest.commit();
      size = ingest.sizeBytes();
    }
    progress.update(blob, TransferProgress.State.COMPRESSING, blob.sizeBytes());
    boolean gzip = form.format() == Format.GZIP;
    Descriptor made =
        Descriptor.of(gzip ? MediaTypes.OCI_LAYER_GZIP : MediaTypes.OCI_LAYER_ZSTD, digest, size);
    new RecordFiles(room()).write(record(diffId, form), OciJson.write(made));
    progress.update(made, TransferProgress.State.WAITING, 0);
    return made;
  }

  private static void write(InputStream tar, OutputStream out, Form form) throws IOException {
    if (form.format() == Format.GZIP) {
      int processors = Math.min(8, Runtime.getRuntime().availableProcessors());
      new GzipBlocks(form.levelOrUsual(), processors).compress(tar, out);
      return;
    }
    try (ZstdOutputStream zstd = new ZstdOutputStream(out, form.levelOrUsual())) {
      zstd.setCloseFrameOnFlush(false);
      BlobIntake.copy(tar, zstd);
    }
  }

  private Path record(DiffId diffId, Form form) throws IOException {
    String name =
        "%s-%s-%d"
            .formatted(
                diffId.digest().hex(),
                form.format().name().toLowerCase(java.util.Locale.ROOT),
                form.levelOrUsual());
    return room().resolve("compressed").resolve(name);
  }

  private Path room() throws IOException {
    return store.room("images");
  }
}
