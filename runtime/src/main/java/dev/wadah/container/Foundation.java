package dev.wadah.container;

import dev.wadah.posix.Processes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The lowest layers of some roots, mounted as one, so that a root on them costs the kernel no more
 * than one on a single layer (docs/adr/0015). The mount is in a mount namespace of its own, which
 * nobody is in: the descriptors of this process are all that keeps it, so it ends with them. Each
 * container on it is born into a copy of that namespace. Safe for threads.
 */
final class Foundation {
  private final List<Path> layers;

  /** The namespace, and this process's root directory in it. */
  private final int[] descriptors;

  /** Its keeper, and those who start a container just now. */
  private int users = 1;

  private Foundation(List<Path> layers, int[] descriptors) {
    this.layers = layers;
    this.descriptors = descriptors;
  }

  /**
   * Opens the namespace of a launcher that holds it.
   *
   * @param layers what is mounted there, highest first
   * @return empty when the launcher has ended, because the kernel refused something
   */
  static Optional<Foundation> of(List<Path> layers, LauncherProcess launcher) throws IOException {
    int holder = launcher.awaitHeld();
    if (holder == 0) {
      return Optional.empty();
    }
    int space = Processes.open("/proc/" + holder + "/ns/mnt", Processes.READ);
    try {
      int root = Processes.open("/proc/" + holder + "/root", Processes.READ);
      return Optional.of(new Foundation(layers, new int[] {space, root}));
    } catch (IOException e) {
      Processes.close(space);
      throw e;
    }
  }

  /** How many layers it has. */
  int size() {
    return layers.size();
  }

  /** What the launcher takes as its descriptors 5 and 6. */
  int[] descriptors() {
    return descriptors.clone();
  }

  /** Whether a root of these layers, highest first, can stand on it. */
  boolean carries(List<Path> lower) {
    int above = lower.size() - layers.size();
    for (int i = 0; above >= 0 && i < layers.size(); i++) {
      if (!same(layers.get(i), lower.get(above + i))) {
        return false;
      }
    }
    return above >= 0;
  }

  /**
   * Paths compare their bytes; those of stacks that grow out of each other are the same objects.
   */
  @SuppressWarnings("ReferenceEquality")
  private static boolean same(Path one, Path other) {
    return one == other || one.equals(other);
  }

  /** Keeps it until {@link #leave}. */
  synchronized void enter() {
    users++;
  }

  /** The last one to leave closes it. */
  synchronized void leave() {
    users--;
    if (users == 0) {
      for (int descriptor : descriptors) {
        Processes.close(descriptor);
      }
    }
  }
}
