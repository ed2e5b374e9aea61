package dev.wadah.build;

import dev.wadah.build.graph.BaseImages;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageException;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.image.archive.ImageLoader;
import dev.wadah.image.archive.LoadedImage;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import dev.wadah.registry.RegistryException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Base images from the image store, from registries, and from OCI layouts on the disk. */
final class StoredImages implements BaseImages {
  private static final String LAYOUT = "oci-layout://";

  private final Engine engine;
  private final PullPolicy policy;
  private final Map<String, ImageConfig> known = new HashMap<>();

  StoredImages(Engine engine, PullPolicy policy) {
    this.engine = engine;
    this.policy = policy;
  }

  @Override
  public ImageConfig config(String reference, Platform platform)
      throws BuildException, IOException {
    // Within one build a name stays one image, even when its tag moves meanwhile.
    String key = reference + " " + platform;
    ImageConfig config = known.get(key);
    if (config == null) {
      long start = System.nanoTime();
      try {
        config = find(reference, platform).config();
      } finally {
        Profile.spent(Phase.PULL, start); // what cannot be had may have taken longest
      }
      known.put(key, config);
    }
    return config;
  }

  private Image find(String reference, Platform platform) throws BuildException, IOException {
    try {
      return reference.startsWith(LAYOUT)
          ? layout(reference.substring(LAYOUT.length()), platform)
          : engine.images().resolve(reference(reference), platform, policy);
    } catch (RegistryException e) {
      throw notFound(reference, e, "", "");
    } catch (ImageException e) {
      throw notFound(reference, e, e.why(), e.remedy());
    }
  }

  /** Names the image once: most messages begin with its name. */
  private static BuildException notFound(
      String reference, IOException e, String why, String remedy) {
    String message = e.getMessage();
    return fault(
        "image-not-found",
        message.contains(reference) ? message : "%s: %s".formatted(reference, message),
        why.isEmpty() ? "it is no stage, and no image of this name can be had" : why,
        remedy.isEmpty()
            ? "check the name; load it with wadah load, or pull it with wadah pull"
            : remedy);
  }

  /**
   * The image that a name means.
   *
   * @throws BuildException if it is no name of an image
   */
  static ImageReference reference(String name) throws BuildException {
    try {
      return ImageReference.parse(name);
    } catch (IllegalArgumentException e) {
      throw fault(
          "bad-image-name",
          "failed to parse stage name \"%s\": %s".formatted(name, e.getMessage()),
          "it is neither a stage above nor a well-formed image name",
          "write NAME[:TAG] in lower case");
    }
  }

  private Image layout(String text, Platform platform) throws BuildException, IOException {
    int at = text.indexOf('@');
    String path = at < 0 ? text : text.substring(0, at);
    int colon = path.lastIndexOf(':');
    if (colon > path.lastIndexOf('/')) {
      path = path.substring(0, colon);
    }
    List<LoadedImage> loaded =
        new ImageLoader(engine.content(), engine.layers(), engine.images()).load(Path.of(path));
    for (LoadedImage image : loaded) {
      boolean wanted = at < 0 || image.target().digest().toString().equals(text.substring(at + 1));
      if (wanted) {
        return engine
            .images()
            .read(image.target(), platform)
            .orElseThrow(() -> new ImageException("it has no image for " + platform));
      }
    }
    throw fault(
        "image-not-found",
        "oci-layout://%s: the layout holds no such image".formatted(text),
        "a layout's index.json lists its images",
        "leave the digest out, or write one that index.json names");
  }

  private static BuildException fault(String code, String message, String why, String remedy) {
    return new BuildException(List.of(Diagnostic.error(code, message, why, remedy)));
  }
}
