package dev.wadah.snapshot;

import dev.wadah.content.Store;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.layer.TreeForm;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Makes states in the way that the store's file system allows, which is found out when the first
 * one is asked for.
 */
public final class FittingSnapshotter implements Snapshotter {
  private final Path work;
  private final LayerStore layers;
  private final TreeForm form;
  private Snapshotter chosen;

  /** Over the room {@code work} of {@code store}, cleaned of what dead processes left. */
  public FittingSnapshotter(Store store, LayerStore layers, TreeForm form) throws IOException {
    this.work = WorkDirectory.room(store);
    this.layers = layers;
    this.form = form;
    WorkDirectory.removeLeftovers(store);
  }

  private synchronized Snapshotter chosen() throws IOException {
    if (chosen == null) {
      chosen =
          form.roots() == TreeForm.Roots.COPIED
              ? new CopySnapshotter(layers, work)
              : new OverlaySnapshotter(layers, work);
    }
    return chosen;
  }

  @Override
  public Active prepare(LayerStack parent) throws IOException {
    return chosen().prepare(parent);
  }

  @Override
  public State scratch(LayerStack parent, String path) throws IOException {
    return chosen().scratch(parent, path);
  }

  @Override
  public RootMount view(LayerStack stack, String path) throws IOException {
    return chosen().view(stack, path);
  }

  @Override
  public RootMount keep(Path directory, LayerStack parent, String path) throws IOException {
    return chosen().keep(directory, parent, path);
  }

  @Override
  public synchronized void release() throws IOException {
    if (chosen != null) {
      chosen.release();
    }
  }

  @Override
  public synchronized boolean isHolding() {
    return chosen != null && chosen.isHolding();
  }
}
