package dev.wadah.cli;

import dev.wadah.posix.Processes;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM: the working thread is interrupted, and the process waits until that thread
 * has cleaned up. The JVM then ends with 128+n by itself, unless the command has a code of its own
 * (a container that handled the signal). A second signal ends the process at once, as SIGKILL
 * would: containers go with it, and what is half written the store's collector finds.
 */
final class Cancellation {
  /** How long the clean-up may take; killing containers and removing their trees takes far less. */
  private static final long PATIENCE_SECONDS = 30;

  /** After so long somebody who waits wants to know why. */
  private static final long SILENT_SECONDS = 2;

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
    // The JVM itself heeds no further signal once it is ending.
    Processes.dieOfSignals();
    try {
      boolean done = ended.await(SILENT_SECONDS, TimeUnit.SECONDS);
      if (!done) {
        System.err.println("wadah: still cleaning up; a second signal (Ctrl-C) ends it at once");
        done = ended.await(PATIENCE_SECONDS - SILENT_SECONDS, TimeUnit.SECONDS);
      }
      if (done && code != ExitCode.INTERRUPTED) {
        Runtime.getRuntime().halt(code);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
