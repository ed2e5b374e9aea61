package dev.wadah.content;

import dev.wadah.posix.Posix;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Removes trees that nobody needs, without keeping anybody waiting who has no time: a million files
 * take a minute, and whoever presses Ctrl-C, or begins the next build, is not to wait for them. A
 * tree has a lock beside it, so what is there when the process ends the next one finds. Stateless.
 */
public final class Clearing {
  /** Several trees may have to go, one after the other, within a second. */
  private static final long PATIENCE_MILLIS = 200;

  private Clearing() {}

  /**
   * Removes a tree at the end of the work in it, and then lets go of its lock. Waits for the end,
   * unless the thread is interrupted: then as {@link #begin}.
   */
  public static void end(String tree, LockFile lock) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      begin(tree, lock);
    } else {
      remove(tree, lock);
    }
  }

  /**
   * Removes a tree in a thread of its own, which is waited for a moment only, and then lets go of
   * its lock.
   */
  public static void begin(String tree, LockFile lock) throws IOException {
    FutureTask<Void> removal =
        new FutureTask<>(
            () -> {
              remove(tree, lock);
              return null;
            });
    Thread thread = new Thread(removal, "clearing");
    thread.setDaemon(true);
    thread.start();
    boolean interrupted = Thread.interrupted();
    try {
      removal.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return; // it goes on; if it fails, the next process that opens the store says so
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException("removing " + tree + " failed", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void remove(String tree, LockFile lock) throws IOException {
    try (lock) {
      Posix.removeTree(Posix.CWD, tree);
    }
  }
}
