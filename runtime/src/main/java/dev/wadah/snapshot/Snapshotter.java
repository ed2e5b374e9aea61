package dev.wadah.snapshot;

import dev.wadah.layer.LayerStack;
import dev.wadah.oci.DiffId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Makes writable states on top of layers.
 *
 * <p>A RUN: {@code prepare(stack)}, start a container on {@link Active#root()}, {@code commit()}
 * gives the layer of what it changed, and {@code stack.plus(layer)} is the next state. Closing an
 * active snapshot that was not committed throws its changes away.
 */
public interface Snapshotter {
  /** A writable state on top of {@code parent}. */
  Active prepare(LayerStack parent) throws IOException;

  /** A writable state. */
  interface Active extends Closeable {
    /** What to mount; the snapshotter mounts nothing. */
    RootMount root();

    /**
     * Makes a layer of what was changed. Called once, when no process uses the state any more.
     *
     * @param stubs paths that were made as mount points and must not be in the layer unless they
     *     hold something
     */
    DiffId commit(List<String> stubs) throws IOException;
  }

  /**
   * How to mount a root.
   *
   * @param lower directories, highest first; empty for a root without layers
   * @param upper where changes go; empty for a read-only view
   * @param work overlay's work directory; empty when {@code upper} is the whole root (bind)
   */
  record RootMount(List<Path> lower, Optional<Path> upper, Optional<Path> work) {}
}
