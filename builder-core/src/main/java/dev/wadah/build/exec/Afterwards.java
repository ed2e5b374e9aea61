package dev.wadah.build.exec;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What is still to be done when a step's result is there, such as removing its work directory: the
 * next step does not wait for it, only the end of the build does. One thread does all of it, in
 * order; it begins with the first piece of work and ends when there is none left.
 */
final class Afterwards {
  private final Deque<Closeable> work = new ArrayDeque<>();
  private boolean busy;
  private Throwable failure;

  /** Closes {@code resource} soon. */
  synchronized void close(Closeable resource) {
    work.add(resource);
    if (!busy) {
      busy = true;
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
      busy = false;
      notifyAll();
    }
    return next;
  }

  private synchronized void note(Throwable cause) {
    failure = failure == null ? cause : failure;
  }

  /** Waits until all is done, however often this thread is interrupted meanwhile. */
  synchronized void await() {
    boolean interrupted = false;
    while (busy) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
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
