package dev.wadah.content;

import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An exclusive lock that a file stands for, between processes as well as between threads. The
 * kernel frees it when its process dies, so nobody ever looks at process ids. Closing it removes
 * the file.
 */
public final class LockFile implements Store.Lock {
  private static final long LONGEST_WAIT_MILLIS = 20;

  private final String path;
  private int descriptor;

  private LockFile(String path, int descriptor) {
    this.path = path;
    this.descriptor = descriptor;
  }

  /** Takes the lock if nobody has it. */
  public static Optional<LockFile> tryTake(Path file) throws IOException {
    int descriptor = Posix.tryLock(file.toString());
    return descriptor < 0
        ? Optional.empty()
        : Optional.of(new LockFile(file.toString(), descriptor));
  }

  /**
   * Takes the lock, waiting for it. Asks again and again: the blocking call could not be
   * interrupted.
   *
   * @throws InterruptedIOException if the thread is interrupted; its interrupt flag is set again
   */
  public static LockFile take(Path file) throws IOException {
    long wait = 1;
    for (; ; ) {
      Optional<LockFile> lock = tryTake(file);
      if (lock.isPresent()) {
        return lock.get();
      }
      try {
        Thread.sleep(wait);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException ended =
            new InterruptedIOException("interrupted in wait for " + file);
        ended.initCause(e);
        throw ended;
      }
      wait = Math.min(wait * 2, LONGEST_WAIT_MILLIS);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (descriptor < 0) {
      return;
    }
    try {
      Posix.unlink(Posix.CWD, path);
    } catch (PosixException e) {
      if (e.errno() != ENOENT) {
        throw e;
      }
    } finally {
      Posix.close(descriptor);
      descriptor = -1;
    }
  }

  private static final int ENOENT = 2;
}
