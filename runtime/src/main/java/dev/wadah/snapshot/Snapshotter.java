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
 *
 * <p>Where only a part is mounted, {@code path} names it (absolute, resolved): of a root that is no
 * overlay nothing else need be there.
 */
public interface Snapshotter {
  /** A writable state on top of {@code parent}, to be committed. */
  Active prepare(LayerStack parent) throws IOException;

  /** A writable state whose changes will be thrown away. */
  State scratch(LayerStack parent, String path) throws IOException;

  /** What nobody writes to; stays at least until {@link #release}. */
  RootMount view(LayerStack stack, String path) throws IOException;

  /**
   * A writable state that stays in {@code directory}, which belongs to the caller, as does the
   * right to use it now. It is made the first time, and as it was left at every further call.
   */
  RootMount keep(Path directory, LayerStack parent, String path) throws IOException;

  /**
   * Throws away what is kept for further states, and what {@link #view} gave. Called at the end of
   * a build; the snapshotter can still be used.
   */
  void release() throws IOException;

  /** Whether there is anything to {@link #release}. */
  boolean isHolding();

  /** A state that ends with {@link #close}. */
  interface State extends Closeable {
    /** What to mount; the snapshotter mounts nothing. */
    RootMount root();
  }

  /** A writable state. */
  interface Active extends State {
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
  record RootMount(List<Path> lower, Optional<Path> upper, Optional<Path> work) {
    /** A directory that is the whole root. */
    public static RootMount bind(Path directory) {
      return new RootMount(List.of(), Optional.of(directory), Optional.empty());
    }
  }
}
