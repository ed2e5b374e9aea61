package dev.wadah.snapshot;

import dev.wadah.content.LockFile;
import dev.wadah.content.Store;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.DiffId;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Writable states as overlay mounts: the layers as lower directories, changes in {@code
 * work/ID/upper}, which becomes the new layer's tree by renaming. A state that a killed process
 * left is known by its lock, which the kernel has freed, and removed at the next opening.
 */
public final class OverlaySnapshotter implements Snapshotter {
  private final LayerStore layers;
  private final Path work;

  /** Over the room {@code work} of {@code store}, cleaned of what dead processes left. */
  public OverlaySnapshotter(Store store, LayerStore layers) throws IOException {
    this.layers = layers;
    this.work = store.room("work");
    Posix.chmod(Posix.CWD, work.toString(), 0700);
    removeLeftovers(store);
  }

  @Override
  public Active prepare(LayerStack parent) throws IOException {
    List<Path> lower = layers.lowerDirectories(parent);
    FileNode root = layers.tree(parent).find("/").orElseThrow();
    return new OverlayState(parent, lower, root);
  }

  /** Removes the states that dead processes left. */
  public static void removeLeftovers(Store store) throws IOException {
    Path work = store.room("work");
    for (String name : Posix.names(Posix.CWD, work.toString())) {
      String id = name.endsWith(".lock") ? name.substring(0, name.length() - 5) : name;
      Optional<LockFile> dead = LockFile.tryTake(work.resolve(id + ".lock"));
      if (dead.isPresent()) {
        Posix.removeTree(Posix.CWD, work.resolve(id).toString());
        dead.get().close();
      }
    }
  }

  /** One state: a directory and the lock beside it. */
  private final class OverlayState implements Active {
    private final LayerStack parent;
    private final LockFile lock;
    private final Path directory;
    private final RootMount mount;

    OverlayState(LayerStack parent, List<Path> lower, FileNode root) throws IOException {
      this.parent = parent;
      Optional<LockFile> taken = Optional.empty();
      String id = "";
      while (taken.isEmpty()) {
        id = Long.toHexString(System.nanoTime());
        taken = LockFile.tryTake(work.resolve(id + ".lock"));
      }
      this.lock = taken.get();
      this.directory = work.resolve(id);
      Path upper = directory.resolve("upper");
      Posix.mkdir(Posix.CWD, directory.toString(), 0700);
      makeRoot(upper.toString(), root);
      if (lower.isEmpty()) {
        this.mount = new RootMount(lower, Optional.of(upper), Optional.empty());
      } else {
        Path scratch = directory.resolve("work");
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
      try (lock) {
        Posix.removeTree(Posix.CWD, directory.toString());
      }
    }
  }
}
