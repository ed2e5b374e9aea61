package dev.wadah.cli.image;

import dev.wadah.cli.Absent;
import dev.wadah.image.Image;
import dev.wadah.image.ImageStore.Named;
import dev.wadah.oci.ContainerConfig;
import dev.wadah.oci.ContainerConfig.Healthcheck;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Timestamps;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An image as {@code inspect} shows it, with the fields and the order of docker's. */
final class ImageView {
  private ImageView() {}

  /**
   * The document.
   *
   * @param names every name on this machine
   */
  static Map<String, Object> of(Image image, Descriptor target, List<Named> names) {
    ImageConfig config = image.config();
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("Id", image.id().toString());
    view.put("RepoTags", tags(names, target));
    view.put("RepoDigests", digests(names, target));
    view.put("Parent", "");
    view.put("Comment", lastComment(config));
    config.created().ifPresent(created -> view.put("Created", Timestamps.format(created)));
    view.put("DockerVersion", "");
    view.put("Author", config.author().orElse(""));
    view.put("Config", container(config.container()));
    view.put("Architecture", config.platform().architecture());
    config.platform().variant().ifPresent(variant -> view.put("Variant", variant));
    view.put("Os", config.platform().os());
    view.put("Size", sizeBytes(image));
    view.put("RootFS", rootFs(config.diffIds()));
    view.put("Descriptor", descriptor(target));
    return view;
  }

  /** Bytes of the image's layers as they are stored or were pulled. */
  static long sizeBytes(Image image) {
    return image.manifest().layers().stream().mapToLong(Descriptor::sizeBytes).sum();
  }

  private static List<String> tags(List<Named> names, Descriptor target) {
    List<String> tags = new ArrayList<>();
    for (Named named : names) {
      if (named.name().isPresent() && named.target().digest().equals(target.digest())) {
        tags.add(named.name().get().familiar());
      }
    }
    return tags;
  }

  private static List<String> digests(List<Named> names, Descriptor target) {
    List<String> digests = new ArrayList<>();
    for (Named named : names) {
      if (named.name().isPresent() && named.target().digest().equals(target.digest())) {
        ImageReference name = named.name().get();
        String digest =
            new ImageReference(
                    name.domain(), name.path(), Optional.empty(), Optional.of(target.digest()))
                .familiar();
        if (!digests.contains(digest)) {
          digests.add(digest);
        }
      }
    }
    return digests;
  }

  private static String lastComment(ImageConfig config) {
    List<ImageConfig.History> history = config.history();
    return history.isEmpty() ? "" : history.get(history.size() - 1).comment().orElse("");
  }

  private static Map<String, Object> container(ContainerConfig config) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("User", config.user());
    if (!config.exposedPorts().isEmpty()) {
      view.put("ExposedPorts", set(config.exposedPorts()));
    }
    view.put("Env", listOrAbsent(config.env()));
    view.put("Cmd", listOrAbsent(config.process().cmd()));
    config.lifecycle().healthcheck().ifPresent(h -> view.put("Healthcheck", healthcheck(h)));
    view.put("Volumes", config.volumes().isEmpty() ? Absent.MAP : set(config.volumes()));
    view.put("WorkingDir", config.workingDir());
    view.put("Entrypoint", listOrAbsent(config.process().entrypoint()));
    view.put("OnBuild", listOrAbsent(config.lifecycle().onBuild()));
    view.put("Labels", config.labels().isEmpty() ? Absent.MAP : sorted(config.labels()));
    config.lifecycle().stopSignal().ifPresent(signal -> view.put("StopSignal", signal));
    config.process().shell().ifPresent(shell -> view.put("Shell", shell));
    return view;
  }

  private static Map<String, Object> sorted(Map<String, String> map) {
    return new java.util.TreeMap<>(map);
  }

  private static Object listOrAbsent(List<String> list) {
    return list.isEmpty() ? Absent.LIST : list;
  }

  private static Object listOrAbsent(Optional<List<String>> list) {
    return list.isEmpty() ? Absent.LIST : list.get();
  }

  /** Go writes a set as a map to empty objects. */
  private static Map<String, Object> set(Collection<String> names) {
    Map<String, Object> set = new LinkedHashMap<>();
    for (String name : names) {
      set.put(name, Map.of());
    }
    return set;
  }

  private static Map<String, Object> healthcheck(Healthcheck check) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("Test", check.test());
    putNanos(view, "Interval", check.interval());
    putNanos(view, "Timeout", check.timeout());
    putNanos(view, "StartPeriod", check.startPeriod());
    putNanos(view, "StartInterval", check.startInterval());
    if (check.retries() != 0) {
      view.put("Retries", check.retries());
    }
    return view;
  }

  private static void putNanos(Map<String, Object> view, String name, Duration duration) {
    if (!duration.isZero()) {
      view.put(name, duration.toNanos());
    }
  }

  private static Map<String, Object> rootFs(List<DiffId> layers) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("Type", "layers");
    view.put("Layers", layers.stream().map(DiffId::toString).toList());
    return view;
  }

  private static Map<String, Object> descriptor(Descriptor descriptor) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("mediaType", descriptor.mediaType());
    view.put("digest", descriptor.digest().toString());
    view.put("size", descriptor.sizeBytes());
    return view;
  }
}
