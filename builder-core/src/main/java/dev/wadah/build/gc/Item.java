package dev.wadah.build.gc;

import java.io.IOException;
import java.util.Set;

/**
 * An entry with what it needs and how it goes.
 *
 * @param entry what is shown of it
 * @param units what it needs; they go when nobody else needs them
 * @param removal removes what leads to it
 */
record Item(Entry entry, Set<Unit> units, Removal removal) {

  /** Removes what leads to the units, behind the gate. */
  @FunctionalInterface
  interface Removal {
    /**
     * Removes it, unless somebody used it after {@code olderThanNanos}.
     *
     * @return whether it is gone
     */
    boolean remove(long olderThanNanos) throws IOException;
  }
}
