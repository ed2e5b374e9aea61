package dev.wadah.layer;

import dev.wadah.posix.Posix;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Removes files whose names are gone at once, while what they took on the disk may be freed in a
 * thread of its own: a disk that discards freed blocks lets one wait for each file. Few files are
 * no reason for a thread. For use by one thread; closing waits until all is done.
 */
final class Removal implements Closeable {
  private static final int FEW = 32;
  private static final int MOST_WAITING = 256;
  private static final int END = -1;

  /** Descriptors of files without a name. */
  private final BlockingQueue<Integer> nameless = new ArrayBlockingQueue<>(MOST_WAITING);

  private int count;
  private Thread freer;

  /** Removes a file or a whole tree, following no link. */
  void remove(String path) throws IOException {
    int open = ++count > FEW ? Posix.unlinkOpen(path) : -1;
    if (open < 0) {
      Posix.removeTree(Posix.CWD, path);
      return;
    }
    if (freer == null) {
      freer = new Thread(this::free, "removal");
      freer.setDaemon(true);
      freer.start();
    }
    try {
      nameless.put(open);
    } catch (InterruptedException e) {
      Posix.close(open);
      throw interrupted(e);
    }
  }

  private void free() {
    try {
      for (int open = nameless.take(); open != END; open = nameless.take()) {
        Posix.close(open);
      }
    } catch (InterruptedException e) {
      Thread.currentThread()
          .interrupt(); // nobody does that; what is open is closed with the process
    }
  }

  private static InterruptedIOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    InterruptedIOException ended = new InterruptedIOException("interrupted while removing files");
    ended.initCause(e);
    return ended;
  }

  @Override
  public void close() throws IOException {
    if (freer == null) {
      return;
    }
    try {
      nameless.put(END);
      freer.join();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }
}
