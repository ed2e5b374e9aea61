package dev.wadah.build.export;

import dev.wadah.build.export.OutputOptions.Force;
import dev.wadah.build.export.OutputOptions.Format;
import dev.wadah.content.ContentStore;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes of an image the form that an output asks for: compression, media types, annotations. The
 * config, and with it the image id, stays the same.
 */
final class ImageVariants {
  private static final String ROOM = "compressed";

  private final Engine engine;
  private final OutputOptions options;

  ImageVariants(Engine engine, OutputOptions options) {
    this.engine = engine;
    this.options = options;
  }

  /** The image with its layers and documents as the output wants them, in the content store. */
  Image of(Image image, Platform platform) throws IOException {
    List<Descriptor> layers = new ArrayList<>();
    for (int i = 0; i < image.manifest().layers().size(); i++) {
      layers.add(layer(image, i));
    }
    boolean docker = options.media().format() == Format.DOCKER;
    Map<String, String> annotations = new TreeMap<>(image.manifest().annotations());
    annotations.putAll(options.annotations().of(Annotations.Level.MANIFEST, Optional.of(platform)));
    Descriptor config = image.manifest().config();
    Manifest manifest =
        new Manifest(
            docker ? MediaTypes.DOCKER_MANIFEST : MediaTypes.OCI_MANIFEST,
            Descriptor.of(
                docker ? MediaTypes.DOCKER_CONFIG : MediaTypes.OCI_CONFIG,
                config.digest(),
                config.sizeBytes()),
            layers,
            annotations,
            Optional.empty(),
            Optional.empty());
    if (manifest.equals(image.manifest())) {
      return image;
    }
    byte[] bytes = OciJson.write(manifest);
    Descriptor descriptor =
        Descriptor.of(manifest.mediaType(), engine.content().put(bytes), bytes.length);
    return new Image(descriptor, manifest, image.config(), bytes, image.configBytes());
  }

  private Descriptor layer(Image image, int number) throws IOException {
    Descriptor layer = image.manifest().layers().get(number);
    OutputOptions.Media media = options.media();
    Descriptor made = layer;
    if (!MediaTypes.isForeignLayer(layer.mediaType()) && media.compression().isPresent()) {
      Compression wanted = media.compression().get();
      Compression is = Compression.ofLayer(layer.mediaType());
      // what came compressed is not compressed again just to use another method
      if (is != wanted && (is == Compression.UNCOMPRESSED || media.force() == Force.YES)) {
        made = compressed(image.config().diffIds().get(number), wanted, media.level());
      }
    }
    String type =
        media.format() == Format.DOCKER
            ? MediaTypes.toDockerLayer(made.mediaType())
            : MediaTypes.toOciLayer(made.mediaType());
    return Descriptor.of(type, made.digest(), made.sizeBytes());
  }

  private Descriptor compressed(DiffId layer, Compression compression, int level)
      throws IOException {
    if (compression == Compression.UNCOMPRESSED) {
      return Descriptor.of(
          compression.layerType(), layer.digest(), engine.layers().tarSizeBytes(layer));
    }
    Path note =
        engine
            .store()
            .room(ROOM)
            .resolve("%s.%s-%d".formatted(layer.digest().hex(), compression.text(), level));
    Optional<Digest> known = read(note);
    if (known.isPresent()) {
      long size = engine.content().sizeBytes(known.get());
      return Descriptor.of(compression.layerType(), known.get(), size);
    }
    try (ContentStore.Ingest ingest = engine.content().ingest()) {
      try (InputStream tar = engine.layers().openTar(layer);
          OutputStream out = compression.compress(new Unclosed(ingest.out()), level)) {
        tar.transferTo(out);
      }
      long size = ingest.sizeBytes();
      Digest digest = ingest.commit();
      write(note, digest);
      return Descriptor.of(compression.layerType(), digest, size);
    }
  }

  /** The blob that an earlier export made of the layer, if it is still here. */
  private Optional<Digest> read(Path note) throws IOException {
    try {
      Digest digest = Digest.parse(Files.readString(note).strip());
      return engine.content().has(digest) ? Optional.of(digest) : Optional.empty();
    } catch (NoSuchFileException | IllegalArgumentException e) {
      // never made, or damaged: made again
      return Optional.empty();
    }
  }

  private static void write(Path note, Digest digest) throws IOException {
    Path temporary = Files.createTempFile(note.getParent(), "note", ".tmp");
    Files.writeString(temporary, digest + "\n");
    Files.move(temporary, note, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The one thing that names stand for: the only manifest, or an index of all. */
  Descriptor target(Map<Platform, Image> images) throws IOException {
    if (images.size() == 1 && !options.annotations().needIndex()) {
      return images.values().iterator().next().descriptor();
    }
    List<Descriptor> manifests = new ArrayList<>();
    for (Map.Entry<Platform, Image> entry : images.entrySet()) {
      Map<String, String> annotations =
          options
              .annotations()
              .of(Annotations.Level.MANIFEST_DESCRIPTOR, Optional.of(entry.getKey()));
      manifests.add(
          entry.getValue().descriptor().withPlatform(entry.getKey()).withAnnotations(annotations));
    }
    boolean docker = options.media().format() == Format.DOCKER;
    Index index =
        new Index(
            docker ? MediaTypes.DOCKER_INDEX : MediaTypes.OCI_INDEX,
            manifests,
            options.annotations().of(Annotations.Level.INDEX, Optional.empty()),
            Optional.empty(),
            Optional.empty());
    byte[] bytes = OciJson.write(index);
    return Descriptor.of(index.mediaType(), engine.content().put(bytes), bytes.length)
        .withAnnotations(
            options.annotations().of(Annotations.Level.INDEX_DESCRIPTOR, Optional.empty()));
  }

  /** Keeps a compressor from closing what is committed later. */
  private static final class Unclosed extends OutputStream {
    private final OutputStream out;

    Unclosed(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      out.flush();
    }
  }
}
