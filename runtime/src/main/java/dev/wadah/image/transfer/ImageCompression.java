package dev.wadah.image.transfer;

import com.github.luben.zstd.ZstdOutputStream;
import dev.wadah.content.ContentStore;
import dev.wadah.content.Store;
import dev.wadah.image.BlobIntake;
import dev.wadah.image.Image;
import dev.wadah.layer.LayerStore;
import dev.wadah.layer.toc.SeekableForm;
import dev.wadah.layer.toc.SeekableLayers;
import dev.wadah.layer.toc.SeekableWriter;
import dev.wadah.layer.toc.UnlistedLayerException;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the same image with compressed layers, as it is pushed: config and id stay, the manifest is
 * another. Only eStargz has the list of a layer's files in its tar, so that the config names other
 * diffIDs, and the id is another, too. A layer is compressed once per form; {@code
 * images/compressed} remembers the result.
 */
public final class ImageCompression {
  private final ContentStore content;
  private final LayerStore layers;
  private final MadeLayers memory;

  public ImageCompression(Store store, ContentStore content, LayerStore layers) {
    this.content = content;
    this.layers = layers;
    this.memory = new MadeLayers(store, content);
  }

  /** How layers are compressed. */
  public enum Format {
    UNCOMPRESSED,
    GZIP,
    ZSTD,
    /** Gzip with a list of the files, each of which can be read for itself. */
    ESTARGZ,
    /** The same of zstd. */
    ZSTD_CHUNKED;

    /** All of them, as a person reads it in a sentence. */
    public static final String WORDS = "uncompressed, gzip, zstd, estargz and zstd:chunked";

    /** The format that an option calls so. */
    public static Optional<Format> of(String word) {
      for (Format format : values()) {
        if (format.word().equals(word)) {
          return Optional.of(format);
        }
      }
      return Optional.empty();
    }

    /** As options call it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', ':');
    }

    /** Whether layers carry a list of their files; only OCI's documents can say where. */
    public boolean isSeekable() {
      return this == ESTARGZ || this == ZSTD_CHUNKED;
    }

    /** What it is to those who do not know of lists. */
    Format plain() {
      return this == ESTARGZ ? GZIP : this == ZSTD_CHUNKED ? ZSTD : this;
    }

    private Optional<SeekableForm> form() {
      return this == ESTARGZ
          ? Optional.of(SeekableForm.ESTARGZ)
          : this == ZSTD_CHUNKED ? Optional.of(SeekableForm.ZSTD_CHUNKED) : Optional.empty();
    }

    /** The highest level; the lowest is 0. */
    public int highestLevel() {
      return plain() == ZSTD ? 22 : 9;
    }
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
      return level.orElse(format.plain() == Format.ZSTD ? 3 : 6);
    }
  }

  /**
   * The image in the form that is wanted; the same one when nothing needs to change. It has no name
   * and no record of its own.
   */
  public Image compress(Image image, Form form, TransferProgress progress) throws IOException {
    List<Descriptor> blobs = new ArrayList<>();
    List<DiffId> diffIds = new ArrayList<>();
    for (int i = 0; i < image.manifest().layers().size(); i++) {
      Descriptor blob = image.manifest().layers().get(i);
      Made made = make(blob, image.config().diffIds().get(i), form, progress);
      blobs.add(made.blob());
      diffIds.add(made.diffId());
    }
    return blobs.equals(image.manifest().layers()) ? image : with(image, blobs, diffIds);
  }

  private Image with(Image image, List<Descriptor> blobs, List<DiffId> diffIds) throws IOException {
    ImageConfig config = image.config();
    byte[] configBytes = image.configBytes();
    Manifest old = image.manifest();
    Descriptor described = old.config();
    if (!diffIds.equals(config.diffIds())) {
      for (int i = 0; i < blobs.size(); i++) {
        if (!diffIds.get(i).equals(config.diffIds().get(i))) {
          layers.addBlob(diffIds.get(i), blobs.get(i), made -> content.open(made.digest()));
        }
      }
      config =
          new ImageConfig(
              config.platform(),
              config.created(),
              config.author(),
              config.container(),
              diffIds,
              config.history());
      configBytes = OciJson.write(config);
      described =
          Descriptor.of(described.mediaType(), content.put(configBytes), configBytes.length);
    }
    Manifest manifest =
        new Manifest(
            old.mediaType(),
            described,
            blobs,
            old.annotations(),
            old.subject(),
            old.artifactType());
    byte[] bytes = OciJson.write(manifest);
    Descriptor descriptor = Descriptor.of(manifest.mediaType(), content.put(bytes), bytes.length);
    return new Image(descriptor, manifest, config, bytes, configBytes);
  }

  /**
   * A layer in the form that is wanted.
   *
   * @param blob the same one when nothing needed to change, else one in the content store
   * @param diffId of what is in it; another one of eStargz only
   */
  public record Made(Descriptor blob, DiffId diffId) {}

  /**
   * One layer in the form that is wanted; the plain tar of a layer need not be there. Where a list
   * cannot say what is in a layer (sparse files, a name twice or not in UTF-8), it is compressed as
   * without one.
   *
   * @param blob the form that it has
   */
  public Made make(Descriptor blob, DiffId diffId, Form form, TransferProgress progress)
      throws IOException {
    return isRight(blob, diffId, form)
        ? new Made(blob, diffId)
        : compressed(blob, diffId, form, progress);
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
      case ESTARGZ, ZSTD_CHUNKED -> SeekableLayers.form(blob).equals(form.format().form());
    };
  }

  private Made compressed(Descriptor blob, DiffId diffId, Form form, TransferProgress progress)
      throws IOException {
    boolean docker = blob.mediaType().startsWith(MediaTypes.DOCKER_LAYER);
    if (form.format() == Format.UNCOMPRESSED) {
      Descriptor plain =
          Descriptor.of(MediaTypes.OCI_LAYER, diffId.digest(), layers.tarSizeBytes(diffId));
      return new Made(docker ? asDocker(plain) : plain, diffId);
    }
    Optional<Made> known = memory.find(diffId, form);
    Made made = known.isPresent() ? known.get() : write(blob, diffId, form, progress);
    return docker ? new Made(asDocker(made.blob()), made.diffId()) : made;
  }

  private static Descriptor asDocker(Descriptor oci) {
    return oci.withMediaType(MediaTypes.toDockerLayer(oci.mediaType()));
  }

  private Made write(Descriptor blob, DiffId diffId, Form form, TransferProgress progress)
      throws IOException {
    progress.update(blob, TransferProgress.State.COMPRESSING, 0);
    Made made;
    try (InputStream tar =
            new CountedInputStream(
                layers.openTar(diffId), blob, TransferProgress.State.COMPRESSING, progress);
        ContentStore.Ingest ingest = content.ingest()) {
      SeekableWriter.Written written = write(tar, ingest.out(), form);
      Digest digest = ingest.commit();
      boolean gzip = form.format().plain() == Format.GZIP;
      String type = gzip ? MediaTypes.OCI_LAYER_GZIP : MediaTypes.OCI_LAYER_ZSTD;
      made =
          new Made(
              Descriptor.of(type, digest, ingest.sizeBytes())
                  .withAnnotations(written.annotations()),
              written.diffId().orElse(diffId));
    } catch (UnlistedLayerException e) {
      Form plain = new Form(form.format().plain(), form.level(), form.change());
      made = make(blob, diffId, plain, progress);
      memory.put(diffId, form, made); // so that nobody tries again
      return made;
    }
    progress.update(blob, TransferProgress.State.COMPRESSING, blob.sizeBytes());
    memory.put(diffId, form, made);
    progress.update(made.blob(), TransferProgress.State.WAITING, 0);
    return made;
  }

  private SeekableWriter.Written write(InputStream tar, OutputStream out, Form form)
      throws IOException {
    if (form.format().form().isPresent()) {
      return new SeekableWriter(memory.drafts())
          .write(tar, out, form.format().form().get(), form.levelOrUsual());
    }
    if (form.format() == Format.GZIP) {
      int processors = Math.min(8, Runtime.getRuntime().availableProcessors());
      new GzipBlocks(form.levelOrUsual(), processors).compress(tar, out);
    } else {
      try (ZstdOutputStream zstd = new ZstdOutputStream(out, form.levelOrUsual())) {
        zstd.setCloseFrameOnFlush(false);
        BlobIntake.copy(tar, zstd);
      }
    }
    return new SeekableWriter.Written(Optional.empty(), Map.of());
  }
}
