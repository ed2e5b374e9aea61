package dev.wadah.image;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageConfig.History;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.OciJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@code docker image inspect} says of an image, as values that JSON and templates can take:
 * maps, lists, strings, numbers (Engine API 1.50, "ImageInspect").
 */
public final class ImageInspection {
  private ImageInspection() {}

  /**
   * The document.
   *
   * @param names all names that lead to the image
   * @param target the manifest or index that they point to
   */
  public static Map<String, Object> of(Image image, List<ImageReference> names, Descriptor target) {
    ImageConfig config = image.config();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("Id", image.id().toString());
    document.put("RepoTags", tags(names));
    document.put("RepoDigests", digests(names, target));
    document.put("Parent", "");
    document.put("Comment", comment(config));
    document.put("Created", config.created().map(Instant::toString).orElse(""));
    document.put("DockerVersion", "");
    document.put("Author", config.author().orElse(""));
    document.put("Config", OciJson.toValues(config.container()));
    document.put("Architecture", config.platform().architecture());
    config.platform().variant().ifPresent(v -> document.put("Variant", v));
    document.put("Os", config.platform().os());
    document.put("Size", sizeBytes(image));
    document.put("RootFS", rootFs(config));
    document.put("Descriptor", OciJson.toValues(image.descriptor()));
    return document;
  }

  private static List<String> tags(List<ImageReference> names) {
    List<String> tags = new ArrayList<>();
    for (ImageReference name : names) {
      if (name.tag().isPresent()) {
        tags.add(name.familiarRepository() + ":" + name.tag().get());
      }
    }
    return tags;
  }

  private static List<String> digests(List<ImageReference> names, Descriptor target) {
    Set<String> digests = new TreeSet<>();
    for (ImageReference name : names) {
      digests.add(name.familiarRepository() + "@" + target.digest());
    }
    return List.copyOf(digests);
  }

  private static String comment(ImageConfig config) {
    List<History> history = config.history();
    return history.isEmpty() ? "" : history.get(history.size() - 1).comment().orElse("");
  }

  private static Map<String, Object> rootFs(ImageConfig config) {
    Map<String, Object> rootFs = new LinkedHashMap<>();
    rootFs.put("Type", "layers");
    rootFs.put("Layers", config.diffIds().stream().map(DiffId::toString).toList());
    return rootFs;
  }

  /** The size of an image's blobs: manifest, config and layers. */
  public static long sizeBytes(Image image) {
    long size = image.manifestBytes().length + (long) image.configBytes().length;
    for (Descriptor layer : image.manifest().layers()) {
      size += layer.sizeBytes();
    }
    return size;
  }

  /** The config document in its original bytes, as text. */
  public static String rawConfig(Image image) {
    return new String(image.configBytes(), StandardCharsets.UTF_8);
  }
}
