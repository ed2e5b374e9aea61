package dev.wadah.build.context;

import dev.wadah.posix.DirectoryScan;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.Closeable;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The directories beneath a root that were used last, kept open: files are read one directory after
 * the other, and a name in an open directory is found at once. Reached without following any link.
 * Safe for threads.
 */
final class OpenDirectories implements Closeable {
  private static final int SLOTS = 4;

  private static final int UNOPENED = -1;
  private static final int CLOSED = -2;

  /** Missing, no directory, or a link. */
  private static final Set<String> NO_DIRECTORY = Set.of("ENOENT", "ENOTDIR", "ELOOP");

  private final String root;
  private final AtomicReferenceArray<Open> kept = new AtomicReferenceArray<>(SLOTS);
  private final AtomicInteger rootDescriptor = new AtomicInteger(UNOPENED);

  OpenDirectories(String root) {
    this.root = root;
  }

  /** A directory that one thread uses at a time; closing gives it back. */
  final class Open implements AutoCloseable {
    private final String path;
    private final int descriptor;

    private Open(String path, int descriptor) {
      this.path = path;
      this.descriptor = descriptor;
    }

    int descriptor() {
      return descriptor;
    }

    @Override
    public void close() {
      if (!kept.compareAndSet(slot(), null, this)) {
        Posix.close(descriptor);
      } else if (rootDescriptor.get() == CLOSED) {
        closeKept();
      }
    }
  }

  /** Opens a directory; {@code path} as in a file tree. */
  Open open(String path) throws IOException {
    Open last = kept.getAndSet(slot(), null);
    if (last != null && last.path.equals(path)) {
      return last;
    }
    // in O_PATH's way no right to read is needed, only to pass
    return new Open(path, descriptor(last, path, Posix.O_PATH));
  }

  /** Reads a directory; null when there is none. */
  DirectoryScan scan(String path) throws IOException {
    Open last = kept.getAndSet(slot(), null);
    try {
      Open open = new Open(path, descriptor(last, path, Posix.O_RDONLY));
      try {
        return DirectoryScan.of(open.descriptor);
      } finally {
        open.close();
      }
    } catch (PosixException e) {
      if (isAbsent(e)) {
        return null;
      }
      throw e.at(root + path);
    }
  }

  /** Opens by the way from {@code last}, which is closed, where that is shorter. */
  private int descriptor(Open last, String path, int flags) throws IOException {
    if (last == null) {
      return Posix.openBeneath(rootDescriptor(), path, flags | Posix.O_DIRECTORY);
    }
    try {
      return isBelow(path, last.path)
          ? Posix.openBeneath(
              last.descriptor, path.substring(last.path.length()), flags | Posix.O_DIRECTORY)
          : Posix.openBeneath(rootDescriptor(), path, flags | Posix.O_DIRECTORY);
    } finally {
      Posix.close(last.descriptor);
    }
  }

  private static boolean isBelow(String path, String directory) {
    return directory.length() > 1
        && path.length() > directory.length()
        && path.charAt(directory.length()) == '/'
        && path.startsWith(directory);
  }

  /** Whether the failure says that there is no such file, or that a parent is no directory. */
  static boolean isAbsent(PosixException e) {
    return NO_DIRECTORY.contains(e.errnoName());
  }

  private static int slot() {
    return (int) (Thread.currentThread().getId() % SLOTS);
  }

  /** Without a lock: who opens it may wait for ever, and then nobody must wait for him. */
  private int rootDescriptor() throws IOException {
    int open = rootDescriptor.get();
    if (open >= 0) {
      return open;
    }
    int descriptor = Posix.openDirectory(Posix.CWD, root + "/.");
    if (rootDescriptor.compareAndSet(UNOPENED, descriptor)) {
      return descriptor;
    }
    Posix.close(descriptor);
    open = rootDescriptor.get();
    if (open == CLOSED) {
      throw new IOException("\"%s\" is no longer read".formatted(root));
    }
    return open;
  }

  /** Idempotent. What another thread uses at this moment it closes itself. */
  @Override
  public void close() {
    int open = rootDescriptor.getAndSet(CLOSED);
    if (open >= 0) {
      Posix.close(open);
    }
    closeKept();
  }

  private void closeKept() {
    for (int i = 0; i < SLOTS; i++) {
      Open directory = kept.getAndSet(i, null);
      if (directory != null) {
        Posix.close(directory.descriptor);
      }
    }
  }
}
