package dev.wadah.build.context;

import dev.wadah.build.files.TreePath;
import dev.wadah.posix.DirectoryScan;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.PathBytes;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Reads directories in threads of its own before a walk comes to them: what the kernel does for it
 * takes many times longer than our part, and the kernel can do it for several at once. Safe for
 * threads.
 */
final class ScanAhead implements Closeable {
  /** Directories that lie ready at most. */
  private static final int MOST = 256;

  /** Files in them, some 60 bytes each, above which no further directory is read. */
  private static final int MOST_FILES = 200_000;

  /** Fewer directories are not worth a thread. */
  private static final int FEWEST = 8;

  private static final int MOST_THREADS = 4;

  /** A thread without work waits so long for some. */
  private static final long IDLE_MILLIS = 20;

  private final HostFiles files;

  /** Those whose directories are read, by path; the one that was entered last comes first. */
  private final Map<String, Entered> byPath = new HashMap<>();

  private final Deque<Entered> entered = new ArrayDeque<>();
  private int ready;
  private int readyFiles;
  private int threads;

  ScanAhead(HostFiles files) {
    this.files = files;
  }

  /** A directory in which a walk is. */
  private static final class Entered {
    private final String path;
    private final DirectoryScan scan;

    /** Index of the next directory in it; its size when there is none. */
    private int next;

    private final Deque<Reading> ahead = new ArrayDeque<>();

    Entered(String path, DirectoryScan scan) {
      this.path = path;
      this.scan = scan;
      skipFiles();
    }

    private boolean isRead() {
      return next == scan.size();
    }

    private String advance() {
      String name = scan.name(next++);
      skipFiles();
      return name;
    }

    private void skipFiles() {
      while (next < scan.size() && scan.type(next) != FileStatus.S_IFDIR) {
        next++;
      }
    }
  }

  /** A directory that is read, or has been. */
  private final class Reading extends FutureTask<DirectoryScan> {
    private final String name;
    private int files;

    Reading(String path, String name) {
      super(() -> ScanAhead.this.files.scan(path));
      this.name = name;
    }
  }

  /** Says that a walk is in a directory and will enter those in it, in their order. */
  synchronized void announce(String path, DirectoryScan scan) {
    Entered directory = new Entered(path, scan);
    if (directory.isRead() || byPath.putIfAbsent(path, directory) != null) {
      return;
    }
    entered.addFirst(directory);
    notifyAll();
    int most = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    if (threads < most && hasMany(directory)) {
      for (; threads < most; threads++) {
        Thread reader = new Thread(this::read, "scan");
        reader.setDaemon(true);
        reader.start();
      }
    }
  }

  private static boolean hasMany(Entered directory) {
    int found = 0;
    DirectoryScan scan = directory.scan;
    for (int i = directory.next; i < scan.size() && found < FEWEST; i++) {
      found += scan.type(i) == FileStatus.S_IFDIR ? 1 : 0;
    }
    return found == FEWEST;
  }

  private void read() {
    for (Reading task = next(); task != null; task = next()) {
      task.run();
      note(task);
    }
  }

  /** What to read next; null for a thread that is no longer needed. */
  private synchronized Reading next() {
    long end = System.nanoTime() + IDLE_MILLIS * 1_000_000;
    while (true) {
      if (ready < MOST && readyFiles < MOST_FILES) {
        while (!entered.isEmpty() && entered.peekFirst().isRead()) {
          entered.removeFirst();
        }
        if (!entered.isEmpty()) {
          return begin(entered.peekFirst());
        }
      }
      long left = (end - System.nanoTime()) / 1_000_000;
      try {
        if (left > 0) {
          wait(left);
          continue;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      threads--;
      return null;
    }
  }

  private Reading begin(Entered directory) {
    String name = directory.advance();
    Reading task = new Reading(TreePath.child(directory.path, name), name);
    directory.ahead.addLast(task);
    ready++;
    return task;
  }

  private synchronized void note(Reading task) {
    try {
      DirectoryScan scan = task.isDone() && !task.isCancelled() ? task.get() : null;
      // what has been fetched meanwhile is no longer ahead
      if (scan != null && task.files == 0) {
        task.files = scan.size();
        readyFiles += task.files;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      // whoever fetches it hears of it
      task.files = 0;
    }
  }

  /** Reads a directory, or takes what was read; null when there is none. */
  DirectoryScan scan(String path) throws IOException {
    Reading task = path.length() == 1 ? null : fetch(path);
    if (task == null) {
      return files.scan(path);
    }
    task.run(); // does nothing when another thread has begun
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException stop = new InterruptedIOException("interrupted in " + path);
      stop.initCause(e);
      throw stop;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException("reading " + path + " failed", e);
    }
  }

  /** Takes a directory out of those ahead, with all that the walk has left out before it. */
  private synchronized Reading fetch(String path) {
    Entered parent = byPath.get(TreePath.parent(path));
    if (parent == null) {
      return null;
    }
    String name = TreePath.name(path);
    Reading found = null;
    while (found == null && !parent.ahead.isEmpty()) {
      int order = PathBytes.compare(parent.ahead.peekFirst().name, name);
      if (order > 0) {
        break;
      }
      Reading first = parent.ahead.removeFirst();
      drop(first);
      found = order == 0 ? first : null;
    }
    if (parent.ahead.isEmpty()) {
      while (!parent.isRead() && PathBytes.compare(parent.scan.name(parent.next), name) <= 0) {
        parent.advance();
      }
      if (parent.isRead()) {
        byPath.remove(parent.path);
      }
    }
    return found;
  }

  private void drop(Reading task) {
    ready--;
    readyFiles -= task.files;
    task.files = -1;
    notifyAll();
  }

  /** Ends the threads soon. */
  @Override
  public synchronized void close() {
    entered.clear();
    byPath.clear();
  }
}
