package dev.wadah.snapshot;

import dev.wadah.content.Store;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.DiffId;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Writable states as overlay mounts: the layers as lower directories, changes in {@code
 * work/ID/upper}, which becomes the new layer's tree by renaming.
 */
public final class OverlaySnapshotter implements Snapshotter {
  private final LayerStore layers;
  private final Path work;

  /** Over the room {@code work} of {@code store}, cleaned of what dead processes left. */
  public OverlaySnapshotter(Store store, LayerStore layers) throws IOException {
    this(layers, WorkDirectory.room(store));
    WorkDirectory.removeLeftovers(store);
  }

  OverlaySnapshotter(LayerStore layers, Path work) {
    this.layers = layers;
    this.work = work;
  }

  @Override
  public Active prepare(LayerStack parent) throws IOException {
    List<Path> lower = layers.lowerDirectories(parent);
    FileNode root = layers.tree(parent).find("/").orElseThrow();
    return new OverlayState(parent, lower, root);
  }

  @Override
  public State scratch(LayerStack parent, String path) throws IOException {
    return prepare(parent);
  }

  @Override
  public RootMount view(LayerStack stack, String path) throws IOException {
    return new RootMount(layers.lowerDirectories(stack), Optional.empty(), Optional.empty());
  }

  @Override
  public RootMount keep(Path directory, LayerStack parent, String path) throws IOException {
    return new RootMount(
        layers.lowerDirectories(parent),
        Optional.of(Files.createDirectories(directory.resolve("upper"))),
        Optional.of(Files.createDirectories(directory.resolve("work"))));
  }

  @Override
  public void release() {}

  @Override
  public boolean isHolding() {
    return false;
  }

  /** Removes the states that dead processes left, of whatever kind. */
  public static void removeLeftovers(Store store) throws IOException {
    WorkDirectory.removeLeftovers(store);
  }

  /** One state. */
  private final class OverlayState implements Active {
    private final LayerStack parent;
    private final WorkDirectory directory;
    private final RootMount mount;

    OverlayState(LayerStack parent, List<Path> lower, FileNode root) throws IOException {
      this.parent = parent;
      this.directory = new WorkDirectory(work);
      Path upper = directory.path().resolve("upper");
      makeRoot(upper.toString(), root);
      if (lower.isEmpty()) {
        this.mount = RootMount.bind(upper);
      } else {
        Path scratch = directory.path().resolve("work");
        Posix.mkdir(Posix.CWD, scratch.toString(), 0700);
        this.mount = new RootMount(lower, Optional.of(upper), Optional.of(scratch));
      }
    }

    /** Overlay shows the attributes of the upper directory for the root. */
    private void makeRoot(String upper, FileNode root) throws IOException {
      Posix.mkdir(Posix.CWD, upper, 0700);
      Posix.lchown(Posix.CWD, upper, root.uid(), root.gid());
      Posix.chmod(Posix.CWD, upper, root.mode());
      Posix.setModified(Posix.CWD, upper, root.mtimeNanos());
    }

    @Override
    public RootMount root() {
      return mount;
    }

    @Override
    public DiffId commit(List<String> stubs) throws IOException {
      return layers.commit(mount.upper().orElseThrow(), parent, stubs);
    }

    @Override
    public void close() throws IOException {
      directory.close();
    }
  }
}
