package dev.wadah.snapshot;

import dev.wadah.content.Store;
import dev.wadah.layer.CopiedTree;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.DiffId;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writable states as copies of the layers' files, for stores that lie where no overlay can be
 * mounted (docs/adr/0013). Layers are found by comparing, and kept as tars. The tree of a step that
 * was committed is kept for the next one, so that a chain of steps copies its root once. Safe for
 * threads.
 */
public final class CopySnapshotter implements Snapshotter {
  private final LayerStore layers;
  private final Path work;

  /** Trees that nobody uses just now. */
  private final List<Place> idle = new ArrayList<>();

  private final Map<String, Place> views = new HashMap<>();

  /** Over the room {@code work} of {@code store}, cleaned of what dead processes left. */
  public CopySnapshotter(Store store, LayerStore layers) throws IOException {
    this(layers, WorkDirectory.room(store));
    WorkDirectory.removeLeftovers(store);
  }

  CopySnapshotter(LayerStore layers, Path work) {
    this.layers = layers;
    this.work = work;
  }

  @Override
  public Active prepare(LayerStack parent) throws IOException {
    Place place = take(parent);
    boolean ready = false;
    try {
      place.tree.extend(parent);
      place.tree.place(MountPlaces.DIRECTORIES, MountPlaces.FILES);
      place.tree.begin();
      ready = true;
      return new CopyState(place);
    } finally {
      if (!ready) {
        place.close();
      }
    }
  }

  @Override
  public State scratch(LayerStack parent, String path) throws IOException {
    return new CopyState(copy(parent, path));
  }

  @Override
  public synchronized RootMount view(LayerStack stack, String path) throws IOException {
    String key = stack.layers() + path;
    Place known = views.get(key);
    if (known == null) {
      known = copy(stack, path);
      views.put(key, known);
    }
    return RootMount.bind(known.root());
  }

  @Override
  public RootMount keep(Path directory, LayerStack parent, String path) throws IOException {
    Path kept = directory.resolve("copy");
    if (!Files.isDirectory(kept)) {
      Files.createDirectories(directory);
      try (Place made = copy(parent, path)) {
        Posix.rename(Posix.CWD, made.root().toString(), Posix.CWD, kept.toString(), 0);
      }
    }
    return RootMount.bind(kept);
  }

  private Place copy(LayerStack stack, String path) throws IOException {
    Place place = new Place(path);
    boolean ready = false;
    try {
      place.tree.extend(stack);
      ready = true;
      return place;
    } finally {
      if (!ready) {
        place.close();
      }
    }
  }

  /** The idle tree that has most of the layers; a new one when there is none. */
  private Place take(LayerStack parent) throws IOException {
    synchronized (this) {
      Place best = null;
      for (Place place : idle) {
        if (place.tree.isPartOf(parent) && (best == null || place.tree.size() > best.tree.size())) {
          best = place;
        }
      }
      if (best != null) {
        idle.remove(best);
        return best;
      }
    }
    return new Place("/");
  }

  @Override
  public void release() throws IOException {
    List<Place> places;
    synchronized (this) {
      places = new ArrayList<>(idle);
      places.addAll(views.values());
      idle.clear();
      views.clear();
    }
    for (Place place : places) {
      place.close();
    }
  }

  @Override
  public synchronized boolean isHolding() {
    return !idle.isEmpty() || !views.isEmpty();
  }

  /** A directory of its own with a tree in it. */
  private final class Place implements java.io.Closeable {
    final WorkDirectory directory = new WorkDirectory(work);
    final CopiedTree tree;

    Place(String path) throws IOException {
      Posix.mkdir(Posix.CWD, root().toString(), 0700);
      tree = new CopiedTree(layers, root(), path);
    }

    Path root() {
      return directory.path().resolve("root");
    }

    @Override
    public void close() throws IOException {
      directory.close();
    }
  }

  /** A state that somebody uses. */
  private final class CopyState implements Active {
    private final Place place;
    private boolean handedOn;

    CopyState(Place place) {
      this.place = place;
    }

    @Override
    public RootMount root() {
      return RootMount.bind(place.root());
    }

    @Override
    public DiffId commit(List<String> stubs) throws IOException {
      DiffId layer = place.tree.commit(stubs);
      synchronized (CopySnapshotter.this) {
        idle.add(place);
      }
      handedOn = true;
      return layer;
    }

    @Override
    public void close() throws IOException {
      if (!handedOn) {
        place.close();
      }
    }
  }
}
