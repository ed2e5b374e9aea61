package dev.wadah.build.gc;

import java.util.List;

/**
 * What a collection did.
 *
 * @param removed the entries that are gone, in the order in which they went
 * @param freedBytes what came free on the disk
 * @param heldBytes what would have gone, but for commands that are running and may be using it
 */
public record Collected(List<Entry> removed, long freedBytes, long heldBytes) {
  public Collected {
    removed = List.copyOf(removed);
  }
}
