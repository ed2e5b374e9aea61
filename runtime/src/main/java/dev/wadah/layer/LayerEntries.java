package dev.wadah.layer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The entries of a layer, in canonical order ({@link dev.wadah.posix.PathBytes#comparePaths}), made
 * one after the other while they are used, so that a million of them need no memory.
 */
@FunctionalInterface
public interface LayerEntries {
  /** Gives every entry to {@code sink}. Can be called again, with the same result. */
  void each(Sink sink) throws IOException;

  /** Takes entries. */
  @FunctionalInterface
  interface Sink {
    void take(LayerEntry entry) throws IOException;
  }

  /** All of them at once. */
  default List<LayerEntry> list() throws IOException {
    List<LayerEntry> entries = new ArrayList<>();
    each(entries::add);
    return entries;
  }
}
