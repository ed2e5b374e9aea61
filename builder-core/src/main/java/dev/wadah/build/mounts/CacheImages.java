package dev.wadah.build.mounts;

import dev.wadah.build.mounts.CacheFolders.Present;
import dev.wadah.content.Store;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.layer.CopiedTree;
import dev.wadah.layer.DirectoryLayers;
import dev.wadah.layer.LayerStack;
import dev.wadah.oci.ContainerConfig;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageConfig.History;
import dev.wadah.oci.Platform;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Cache mounts as images, so that they travel as images do: pushed, pulled, saved and loaded, each
 * blob once. The image's root is the cache's directory; labels say whose it is. It has no time of
 * its own: the image of an unchanged cache is the same image.
 */
public final class CacheImages {
  /** The label with the cache's id. */
  public static final String ID = "dev.wadah.cache-mount.id";

  /** The label with the directory's mode, four octal digits. */
  static final String MODE = "dev.wadah.cache-mount.mode";

  /** The label with the directory's owner, {@code UID:GID}. */
  static final String OWNER = "dev.wadah.cache-mount.owner";

  private static final int PERMISSIONS = 07777;

  private final Engine engine;
  private final CacheFolders folders;

  /** Works in the engine's store. */
  public CacheImages(Engine engine) {
    this.engine = engine;
    this.folders = new CacheFolders(engine.store());
  }

  /**
   * Makes an image, without a name, of the data that steps share of a cache.
   *
   * @return empty if there is no such cache
   * @throws IOException also if a step changes it meanwhile; one with {@code sharing=locked} waits
   */
  @SuppressWarnings("try") // the lock is held, not used
  public Optional<Image> export(String id) throws IOException {
    Path data = folders.data(id);
    FileStatus status = FileStatus.of(data.toString());
    if (status == null) {
      return Optional.empty();
    }
    folders.use(CacheFolders.name(id), id);
    try (Store.Lock lock = folders.lock(CacheFolders.name(id))) {
      LayerStack stack = DirectoryLayers.write(engine.layers(), data);
      return Optional.of(engine.images().create(config(id, status, stack), Map.of()));
    }
  }

  private static ImageConfig config(String id, FileStatus status, LayerStack stack) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(ID, id);
    labels.put(MODE, "%04o".formatted(status.mode() & PERMISSIONS));
    labels.put(OWNER, status.uid() + ":" + status.gid());
    List<History> history = new ArrayList<>();
    for (int part = 1; part <= stack.layers().size(); part++) {
      String line = "cache mount %s, part %d".formatted(id, part);
      history.add(new History(Optional.empty(), line, Optional.empty(), Optional.empty(), false));
    }
    ContainerConfig none = ContainerConfig.EMPTY;
    ContainerConfig container =
        new ContainerConfig(
            none.process(),
            none.env(),
            none.user(),
            none.workingDir(),
            labels,
            none.volumes(),
            none.exposedPorts(),
            none.lifecycle());
    return new ImageConfig(
        Platform.host(), Optional.empty(), Optional.empty(), container, stack.layers(), history);
  }

  /** The cache that an image is of; empty if it was not made by {@link #export}. */
  public static Optional<String> id(Image image) {
    return Optional.ofNullable(image.config().container().labels().get(ID));
  }

  /**
   * Puts the files of an image, any image, into a cache.
   *
   * @param id the cache
   * @return false if there is data that stays
   */
  @SuppressWarnings("try") // the lock is held, not used
  public boolean restore(Image image, String id, Present present) throws IOException {
    String name = CacheFolders.name(id);
    Path folder = folders.use(name, id);
    if (present == Present.STAYS && FileStatus.of(folders.data(id).toString()) != null) {
      return false;
    }
    try (Store.Lock lock = folders.lock(name)) {
      return CacheFolders.create(folder, "0", present, directory -> fill(directory, image));
    }
  }

  private void fill(Path directory, Image image) throws IOException {
    new CopiedTree(engine.layers(), directory, "/").extend(image.layers());
    Map<String, String> labels = image.config().container().labels();
    String[] owner = labels.getOrDefault(OWNER, "").split(":", -1);
    Posix.lchown(Posix.CWD, directory.toString(), number(owner, 0), number(owner, 1));
    Posix.chmod(Posix.CWD, directory.toString(), mode(labels.getOrDefault(MODE, "")));
  }

  /** Root, where a label is missing or says something else. */
  private static int number(String[] owner, int at) {
    try {
      return owner.length == 2 ? Math.max(Integer.parseInt(owner[at]), 0) : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static int mode(String octal) {
    return octal.matches("[0-7]{4}") ? Integer.parseInt(octal, 8) : 0755;
  }
}
