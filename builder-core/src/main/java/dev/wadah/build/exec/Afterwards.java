package dev.wadah.build.exec;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What is still to be done when a step's result is there, such as removing its work directory: the
 * next step does not wait for it, only the end of the build does. Pieces of work do not depend on
 * each other: they begin in order, and up to two are done at once, by threads that begin when there
 * is work and end when there is none left.
 */
final class Afterwards {
  /** With one, the work of steps that end together is still going on when all else is done. */
  private static final int MOST_THREADS = 2;

  /** How long somebody waits who was interrupted. */
  private static final long PATIENCE_MILLIS = 200;

  private final Deque<Closeable> work = new ArrayDeque<>();
  private int threads;
  private Throwable failure;

  /** Closes {@code resource} soon. */
  synchronized void close(Closeable resource) {
    work.add(resource);
    if (threads < MOST_THREADS) {
      threads++;
      Thread thread = new Thread(this::run, "afterwards");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void run() {
    Closeable next = next();
    while (next != null) {
      try {
        next.close();
      } catch (IOException | RuntimeException | Error e) {
        note(e);
      }
      next = next();
    }
  }

  private synchronized Closeable next() {
    Closeable next = work.poll();
    if (next == null) {
      threads--;
      notifyAll();
    }
    return next;
  }

  private synchronized void note(Throwable cause) {
    failure = failure == null ? cause : failure;
  }

  /**
   * Waits until all is done; once this thread is interrupted, for a moment only. A step that has
   * written a hundred thousand files leaves seconds of work, and Ctrl-C is not to wait for it: the
   * threads go on, and what they have not done when the process ends is what a killed one leaves.
   */
  synchronized void await() {
    boolean interrupted = Thread.interrupted();
    long end = interrupted ? soon() : Long.MAX_VALUE;
    while (threads > 0 && System.nanoTime() < end) {
      try {
        wait(interrupted ? 1 + (end - System.nanoTime()) / 1_000_000 : 0);
      } catch (InterruptedException e) {
        end = interrupted ? end : soon();
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static long soon() {
    return System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
  }

  /**
   * Says what went wrong, once.
   *
   * @throws IOException the first failure
   */
  synchronized void check() throws IOException {
    Throwable cause = failure;
    failure = null;
    if (cause != null) {
      throw new IOException("cannot clean up after a step: " + cause.getMessage(), cause);
    }
  }
}
