package dev.wadah.content;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Moves several blobs at once; the first failure stops all. */
public final class ParallelTransfers {
  /** Between docker's three downloads and five uploads. */
  public static final int MAX_AT_ONCE = 4;

  /** How long the cleaning up of tasks may take. */
  private static final long PATIENCE_MILLIS = 500;

  private ParallelTransfers() {}

  /**
   * Runs all tasks.
   *
   * @throws IOException the first one that a task throws, when no task runs any more; one that does
   *     not heed its interruption is not waited for longer than half a second
   */
  public static void run(List<Callable<Void>> tasks) throws IOException {
    if (tasks.isEmpty()) {
      return;
    }
    ExecutorService pool =
        Executors.newFixedThreadPool(
            Math.min(MAX_AT_ONCE, tasks.size()),
            task -> {
              Thread thread = new Thread(task, "wadah-transfer");
              thread.setDaemon(true);
              return thread;
            });
    try {
      CompletionService<Void> running = new ExecutorCompletionService<>(pool);
      List<Callable<Void>> all = new ArrayList<>(tasks);
      all.forEach(running::submit);
      for (int i = 0; i < all.size(); i++) {
        running.take().get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while moving layers");
    } catch (ExecutionException e) {
      throw unwrapped(e.getCause());
    } finally {
      pool.shutdownNow();
      awaitEnd(pool);
    }
  }

  /**
   * Gives tasks that were cut off the time to remove what they had half written; also the process
   * may end soon. What one leaves behind nevertheless, the next opening of the store removes.
   */
  private static void awaitEnd(ExecutorService pool) {
    boolean interrupted = Thread.interrupted();
    try {
      pool.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static IOException unwrapped(Throwable cause) {
    if (cause instanceof IOException io) {
      return io;
    }
    if (cause instanceof RuntimeException bug) {
      throw bug;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return new IOException(cause);
  }
}
