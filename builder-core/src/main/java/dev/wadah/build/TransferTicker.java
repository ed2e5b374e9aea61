package dev.wadah.build;

import dev.wadah.build.BuildProgress.VertexName;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells a progress how far the transfers of one vertex are: the begin, the end, and what is between
 * not more often than ten times a second. Safe for threads.
 */
public final class TransferTicker {
  private static final long PAUSE_NANOS = 100_000_000;

  private final BuildProgress progress;
  private final VertexName vertex;
  private final Map<String, Long> told = new HashMap<>();

  public TransferTicker(BuildProgress progress, VertexName vertex) {
    this.progress = progress;
    this.vertex = vertex;
  }

  /**
   * {@code done} bytes of something have moved.
   *
   * @param what such as a digest
   * @param total bytes in all
   */
  public void moved(String what, long done, long total) {
    long now = System.nanoTime();
    synchronized (told) {
      Long last = told.get(what);
      if (last != null && done < total && now - last < PAUSE_NANOS) {
        return;
      }
      told.put(what, now);
    }
    progress.transferred(vertex, what, done, total);
  }
}
