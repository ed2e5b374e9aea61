package dev.wadah.layer;

import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Compares files of a directory with those of the same names in a tree. */
final class FileComparison {
  private final String root;
  private final FileTree parent;

  /** Of files below the directory {@code root} with those of {@code parent}. */
  FileComparison(String root, FileTree parent) {
    this.root = root;
    this.parent = parent;
  }

  /** Whether a file, not a directory, differs in anything that a layer holds but its time. */
  boolean differs(String path, FileStatus status) throws IOException {
    Optional<FileNode> before = parent.find(path);
    return before.isEmpty() || differs(path, status, before.get());
  }

  /** The same for a file that is {@code old} in the tree. */
  boolean differs(String path, FileStatus status, FileNode old) throws IOException {
    FileNode now = FileNodes.of(root + path, status);
    boolean same =
        now.type() == old.type()
            && now.mode() == old.mode()
            && now.uid() == old.uid()
            && now.gid() == old.gid()
            && now.sizeBytes() == old.sizeBytes()
            && now.link().equals(old.link())
            && now.identity().device() == old.identity().device()
            && sameCapability(now, old);
    return !same || (now.isFile() && !sameContent(path));
  }

  /** Whether a directory differs in owner or mode. */
  boolean directoryDiffers(String path) throws IOException {
    FileStatus now = FileStatus.of(root + path);
    Optional<FileNode> old = parent.find(path);
    return old.isEmpty()
        || old.get().mode() != now.mode()
        || old.get().uid() != now.uid()
        || old.get().gid() != now.gid();
  }

  private static boolean sameCapability(FileNode a, FileNode b) {
    return Arrays.equals(
        a.identity().xattrs().get(FileNodes.CAPABILITY),
        b.identity().xattrs().get(FileNodes.CAPABILITY));
  }

  /** A program may write and put the old time back. */
  private boolean sameContent(String path) throws IOException {
    Optional<Path> below = parent.hostPath(path);
    return below.isPresent()
        ? Posix.sameContent(root + path, below.get().toString())
        : sameStreams(path);
  }

  /** For names that the JVM's locale cannot write. */
  private boolean sameStreams(String path) throws IOException {
    byte[] a = new byte[1 << 16];
    byte[] b = new byte[1 << 16];
    try (InputStream now = new HostContent(root + path).open();
        InputStream before = parent.open(path)) {
      for (; ; ) {
        int n = now.readNBytes(a, 0, a.length);
        int m = before.readNBytes(b, 0, b.length);
        if (n != m || !Arrays.equals(a, 0, n, b, 0, m)) {
          return false;
        }
        if (n == 0) {
          return true;
        }
      }
    }
  }
}
