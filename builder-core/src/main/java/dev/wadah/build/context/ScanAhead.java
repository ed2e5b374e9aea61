package dev.wadah.build.context;

import dev.wadah.build.files.TreePath;
import dev.wadah.posix.DirectoryScan;
import dev.wadah.posix.FileStatus;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Reads directories in a thread of its own before a walk comes to them: the kernel's work on one
 * core, ours on the other. Safe for threads.
 */
final class ScanAhead implements Closeable {
  /** Directories that are announced at most; what comes on top is read when it is needed. */
  private static final int MOST = 256;

  /** Fewer directories are not worth a thread. */
  private static final int FEWEST = 8;

  private final OpenDirectories directories;
  private final Map<String, FutureTask<DirectoryScan>> tasks = new ConcurrentHashMap<>();
  private final Deque<FutureTask<DirectoryScan>> open = new ConcurrentLinkedDeque<>();
  private Thread reader;

  ScanAhead(OpenDirectories directories) {
    this.directories = directories;
  }

  /** Says that a walk is in a directory and will enter those in it. */
  void announce(String path, DirectoryScan scan) {
    int room = MOST - tasks.size();
    List<String> next = new ArrayList<>();
    for (int i = 0; i < scan.size() && next.size() < room; i++) {
      if (scan.type(i) == FileStatus.S_IFDIR) {
        next.add(TreePath.child(path, scan.name(i)));
      }
    }
    // in front of those that were announced above
    for (int i = next.size() - 1; i >= 0; i--) {
      announce(next.get(i));
    }
    if (open.size() >= FEWEST) {
      start();
    }
  }

  private void announce(String path) {
    FutureTask<DirectoryScan> task = new FutureTask<>(() -> directories.scan(path));
    if (tasks.putIfAbsent(path, task) == null) {
      open.addFirst(task);
    }
  }

  private synchronized void start() {
    if (reader == null) {
      reader = new Thread(this::read, "scan");
      reader.setDaemon(true);
      reader.start();
    }
  }

  private void read() {
    while (true) {
      FutureTask<DirectoryScan> task = open.pollFirst();
      if (task != null) {
        task.run();
        continue;
      }
      synchronized (this) {
        if (open.isEmpty()) {
          reader = null;
          return;
        }
      }
    }
  }

  /** Reads a directory, or takes what was read; null when there is none. */
  DirectoryScan scan(String path) throws IOException {
    FutureTask<DirectoryScan> task = tasks.remove(path);
    if (task == null) {
      return directories.scan(path);
    }
    task.run(); // does nothing when the other thread has begun
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

  /** Ends the thread soon. */
  @Override
  public void close() {
    open.clear();
    tasks.clear();
  }
}
