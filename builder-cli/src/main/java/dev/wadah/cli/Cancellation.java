package dev.wadah.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM: the working thread is interrupted, and the process waits until that thread
 * has cleaned up. The JVM then ends with 128+n by itself, unless the command has a code of its own
 * (a container that handled the signal).
 */
final class Cancellation {
  /** How long the clean-up may take; killing containers and removing their trees takes far less. */
  private static final long PATIENCE_SECONDS = 30;

  private final Thread worker;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile int code;

  private Cancellation(Thread worker) {
    this.worker = worker;
  }

  /** Guards the calling thread. */
  static Cancellation ofThisThread() {
    Cancellation cancellation = new Cancellation(Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(new Thread(cancellation::onShutdown, "cancel"));
    return cancellation;
  }

  /** The command has ended with {@code exitCode}; a shutdown from now on is the normal one. */
  void finished(int exitCode) {
    code = exitCode;
    ended.countDown();
  }

  private void onShutdown() {
    if (ended.getCount() == 0) {
      return;
    }
    worker.interrupt();
    try {
      if (ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS) && code != ExitCode.INTERRUPTED) {
        Runtime.getRuntime().halt(code);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
