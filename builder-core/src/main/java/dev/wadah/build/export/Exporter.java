package dev.wadah.build.export;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildProgress.Outcome;
import dev.wadah.build.BuildProgress.VertexName;
import dev.wadah.build.BuildRequest;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.archive.ImageExporter;
import dev.wadah.image.transfer.ImageTransfer;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes images where a request wants them. */
public final class Exporter {
  private final Engine engine;
  private final Timestamps timestamps;

  public Exporter(Engine engine) {
    this.engine = engine;
    this.timestamps = new Timestamps(engine);
  }

  /**
   * What an output has written.
   *
   * @param images with the layers that they have there
   * @param metadata what goes into the metadata file
   */
  public record Written(Map<Platform, Image> images, Map<String, Object> metadata) {}

  /**
   * Writes the images of one build to one output.
   *
   * @throws BuildException for an output that cannot be written
   */
  public Written export(
      Built built,
      BuildRequest.OutputRequest output,
      BuildRequest.NamingRequest naming,
      BuildProgress progress)
      throws BuildException, IOException {
    OutputOptions options = OutputOptions.of(output, naming);
    String caption = caption(output, options);
    VertexName vertex =
        new VertexName(
            Digest.of(("export " + caption).getBytes(StandardCharsets.UTF_8)), caption, List.of());
    progress.started(vertex);
    long start = System.nanoTime();
    Outcome outcome = Outcome.FAILED;
    try {
      Built wanted = options.rewritesTimestamps() ? timestamps.rewrite(built) : built;
      Written written = write(wanted, output, options, new PushProgress(progress, vertex));
      outcome = Outcome.DONE;
      return new Written(named(wanted.images(), written.images()), written.metadata());
    } finally {
      Profile.spent(Phase.EXPORT, start);
      Duration duration = Duration.ofNanos(System.nanoTime() - start);
      progress.finished(vertex, outcome, duration, Optional.empty());
    }
  }

  /** Images as they were made, but for those that have other layers, and so another id, there. */
  private static Map<Platform, Image> named(
      Map<Platform, Image> made, Map<Platform, Image> written) {
    Map<Platform, Image> images = new LinkedHashMap<>(made);
    written.forEach(
        (platform, image) ->
            images.computeIfPresent(
                platform, (same, old) -> old.id().equals(image.id()) ? old : image));
    return images;
  }

  private static String caption(BuildRequest.OutputRequest output, OutputOptions options) {
    String what =
        switch (output.type()) {
          case "oci" -> "exporting to oci image format";
          case "docker" -> "exporting to docker image format";
          case "tar" -> "exporting to tar";
          case "local" -> "exporting to client directory";
          case "cacheonly" -> "exporting cache only";
          default -> "exporting to image";
        };
    return options.push() == OutputOptions.Push.NO ? what : what + " and pushing";
  }

  private Written write(
      Built built, BuildRequest.OutputRequest output, OutputOptions options, PushProgress progress)
      throws BuildException, IOException {
    Map<Platform, Image> images = built.images();
    Optional<String> destination = output.destination();
    switch (output.type()) {
      case "image", "registry" -> {
        return image(images, options, output.type(), progress);
      }
      case "oci", "docker" -> {
        // docker build puts an image without dest into the engine's store, which is ours here
        return output.type().equals("docker") && destination.isEmpty()
            ? image(images, options, "image", progress)
            : archive(images, output, options, progress);
      }
      case "tar" -> {
        PlatformFolders folders = PlatformFolders.of(images, options, engine.layers());
        RootTar tar = new RootTar(engine.layers(), progress::copying);
        Destination.write("tar", destination, out -> tar.write(built, folders, out));
      }
      case "local" ->
          new RootDirectory(engine.layers(), progress::copying)
              .write(built, options, Path.of(destination.get()).toAbsolutePath().normalize());
      default -> {} // cacheonly
    }
    return new Written(images, Map.of());
  }

  private Written image(
      Map<Platform, Image> images, OutputOptions options, String type, TransferProgress progress)
      throws IOException {
    // what is only pushed needs no place in the list of images
    boolean onlyPushed = type.equals("registry") && options.push() != OutputOptions.Push.NO;
    boolean stored = !onlyPushed && options.isStored();
    ImageVariants variants = new ImageVariants(engine, options, progress);
    Map<Platform, Image> written = new LinkedHashMap<>();
    for (Map.Entry<Platform, Image> entry : images.entrySet()) {
      Image image = variants.of(entry.getValue(), entry.getKey());
      written.put(entry.getKey(), image);
      if (stored) {
        engine.images().keep(image);
      }
    }
    Descriptor target = variants.target(written);
    for (ImageReference name : options.names()) {
      if (stored && options.push() != OutputOptions.Push.BY_DIGEST) {
        engine.images().tag(name, target);
      }
      if (options.push() != OutputOptions.Push.NO) {
        push(name, target, options.push(), progress);
      }
    }
    return new Written(written, metadata(written, target, options));
  }

  private void push(
      ImageReference name, Descriptor target, OutputOptions.Push push, TransferProgress progress)
      throws IOException {
    ImageReference place =
        push == OutputOptions.Push.BY_DIGEST ? name.withDigest(target.digest()) : name;
    new ImageTransfer(engine.content(), engine.images(), engine.registry())
        .push(target, place, progress);
  }

  private Written archive(
      Map<Platform, Image> images,
      BuildRequest.OutputRequest output,
      OutputOptions options,
      TransferProgress progress)
      throws BuildException, IOException {
    ImageVariants variants = new ImageVariants(engine, options, progress);
    Map<Platform, Image> written = new LinkedHashMap<>();
    for (Map.Entry<Platform, Image> entry : images.entrySet()) {
      written.put(entry.getKey(), variants.of(entry.getValue(), entry.getKey()));
    }
    Descriptor target = variants.archived(written);
    ImageExporter exporter = new ImageExporter(engine.content(), engine.images());
    List<ImageExporter.Export> exports = List.of(new ImageExporter.Export(target, options.names()));
    if (options.isFolder() && output.type().equals("oci")) {
      exporter.writeOciLayout(exports, Path.of(output.destination().get()));
    } else {
      Destination.write(
          output.type(),
          output.destination(),
          out -> {
            if (output.type().equals("oci")) {
              exporter.writeOciArchive(exports, out);
            } else {
              exporter.writeDockerArchive(exports, out);
            }
          });
    }
    return new Written(written, metadata(written, target, options));
  }

  private static Map<String, Object> metadata(
      Map<Platform, Image> images, Descriptor target, OutputOptions options) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    if (images.size() == 1) {
      Image only = images.values().iterator().next();
      metadata.put("containerimage.config.digest", only.id().toString());
    }
    Map<String, Object> descriptor = new LinkedHashMap<>();
    descriptor.put("mediaType", target.mediaType());
    descriptor.put("digest", target.digest().toString());
    descriptor.put("size", target.sizeBytes());
    target.platform().ifPresent(platform -> descriptor.put("platform", platform(platform)));
    if (!target.annotations().isEmpty()) {
      descriptor.put("annotations", target.annotations());
    }
    metadata.put("containerimage.descriptor", descriptor);
    metadata.put("containerimage.digest", target.digest().toString());
    if (!options.told().isEmpty()) {
      metadata.put("image.name", String.join(",", options.told()));
    }
    return metadata;
  }

  private static Map<String, Object> platform(Platform platform) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("architecture", platform.architecture());
    fields.put("os", platform.os());
    platform.variant().ifPresent(variant -> fields.put("variant", variant));
    return fields;
  }
}
