package dev.wadah.layer;

import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts layers, the lowest first, into a directory as plain files. The names of one file become
 * files of their own, as an overlay makes them when one is written to: a program that changes one
 * name must not change the others, or the layer would not be what it is elsewhere.
 */
final class TreeCopy {
  /** Files up to this size go through memory in two calls. */
  private static final int SMALL_BYTES = 1 << 17;

  private final String root;
  private final String wanted;
  private final byte[] buffer = new byte[SMALL_BYTES];
  private final long[] attributes = new long[4];

  /**
   * Copies into {@code root}.
   *
   * @param root absolute, there, and in use by nobody else
   * @param wanted only this path, what is below it and the directories that lead to it; / for all
   */
  TreeCopy(String root, String wanted) {
    this.root = root;
    this.wanted = wanted;
  }

  /**
   * Adds the files of one layer and removes what it hides.
   *
   * @throws InterruptedIOException if the thread is interrupted
   */
  void add(LayerView layer) throws IOException {
    Deque<Open> open = new ArrayDeque<>();
    open.push(enter(layer, "", null));
    while (!open.isEmpty()) {
      Open at = open.peek();
      if (at.next == at.names.length) {
        open.pop();
        if (at.node != null) {
          settle(root + at.path, at.node);
        }
        continue;
      }
      String path = at.path + "/" + at.names[at.next++];
      if (isWanted(path)) {
        FileNode node = layer.find(path);
        if (node == null) {
          throw new IOException("the layer's file " + path + " is gone");
        }
        if (node.isDirectory()) {
          makeDirectory(root + path);
          open.push(enter(layer, path, node));
        } else {
          add(layer, path, node);
        }
      }
    }
  }

  /** A directory whose files are being copied; a stack of them, since they may lie very deep. */
  private static final class Open {
    final String path;
    final FileNode node;
    final String[] names;
    int next;

    Open(String path, FileNode node, String[] names) {
      this.path = path;
      this.node = node;
      this.names = names;
    }
  }

  private Open enter(LayerView layer, String directory, FileNode node) throws IOException {
    String path = directory.isEmpty() ? "/" : directory;
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("the copying of a root file system was stopped");
    }
    if (layer.isOpaque(path)) {
      empty(root + directory);
    }
    return new Open(directory, node, layer.names(path));
  }

  private static void empty(String directory) throws IOException {
    for (String name : Posix.names(Posix.CWD, directory)) {
      Posix.removeTree(Posix.CWD, directory + "/" + name);
    }
  }

  private boolean isWanted(String path) {
    return wanted.length() == 1 || isBelow(path, wanted) || isBelow(wanted, path);
  }

  private static boolean isBelow(String path, String top) {
    return path.startsWith(top)
        && (path.length() == top.length() || path.charAt(top.length()) == '/');
  }

  private void add(LayerView layer, String path, FileNode node) throws IOException {
    String file = root + path;
    if (node.equals(LayerView.WHITEOUT)) {
      Posix.removeTree(Posix.CWD, file);
      return;
    }
    try {
      make(layer, path, node);
    } catch (PosixException e) {
      if (!e.errnoName().equals("EEXIST")) {
        throw e;
      }
      Posix.removeTree(Posix.CWD, file);
      make(layer, path, node);
    }
  }

  private static void makeDirectory(String file) throws IOException {
    FileStatus there = FileStatus.of(file);
    if (there != null && !there.isDirectory()) {
      Posix.removeTree(Posix.CWD, file);
      there = null;
    }
    if (there == null) {
      Posix.mkdir(Posix.CWD, file, 0700);
    }
  }

  /** Gives a directory what {@code node} says; last of all, since what is made in it changes it. */
  static void settle(String file, FileNode node) throws IOException {
    Posix.lchown(Posix.CWD, file, node.uid(), node.gid());
    Posix.chmod(Posix.CWD, file, node.mode());
    Posix.setModified(Posix.CWD, file, node.mtimeNanos());
  }

  private void make(LayerView layer, String path, FileNode node) throws IOException {
    String file = root + path;
    switch (node.type()) {
      case FILE -> makeFile(layer, path, node);
      case SYMLINK -> {
        Posix.symlink(node.link(), Posix.CWD, file);
        Posix.lchown(Posix.CWD, file, node.uid(), node.gid());
        Posix.setModified(Posix.CWD, file, node.mtimeNanos());
      }
      case FIFO -> makeNode(file, node, FileStatus.S_IFIFO);
      case CHARACTER_DEVICE -> makeNode(file, node, FileStatus.S_IFCHR);
      case BLOCK_DEVICE -> makeNode(file, node, FileStatus.S_IFBLK);
      default -> throw new IOException("no layer has a " + node.type() + ": " + path);
    }
  }

  private static void makeNode(String file, FileNode node, int type) throws IOException {
    try {
      Posix.mknod(Posix.CWD, file, type | 0600, node.identity().device());
    } catch (PosixException e) {
      if (!e.errnoName().equals("EPERM")) {
        throw e;
      }
      return; // this user may not make devices; unpacking leaves them out as well
    }
    settle(file, node);
  }

  private void makeFile(LayerView layer, String path, FileNode node) throws IOException {
    String file = root + path;
    Optional<Path> source = layer.hostPath(path);
    if (node.sizeBytes() > SMALL_BYTES) {
      makeLarge(layer, path, node, source);
    } else {
      int length = source.isPresent() ? readHost(source.get(), path) : read(layer, path);
      attributes[0] = node.mode();
      attributes[1] = node.uid();
      attributes[2] = node.gid();
      attributes[3] = node.mtimeNanos();
      Posix.putFile(Posix.CWD, file, buffer, 0, length, attributes);
    }
    if (source.isPresent()) {
      copyXattrs(source.get().toString(), file);
    } else {
      for (Map.Entry<String, byte[]> xattr : node.identity().xattrs().entrySet()) {
        setXattr(file, xattr.getKey(), xattr.getValue());
      }
    }
  }

  private int readHost(Path source, String path) throws IOException {
    int n = Posix.readFile(Posix.CWD, source.toString(), buffer, 0, buffer.length);
    if (n > SMALL_BYTES) {
      throw new IOException("the layer's file " + path + " has grown");
    }
    return n;
  }

  private int read(LayerView layer, String path) throws IOException {
    try (InputStream in = layer.open(path)) {
      return in.readNBytes(buffer, 0, buffer.length);
    }
  }

  private void makeLarge(LayerView layer, String path, FileNode node, Optional<Path> source)
      throws IOException {
    int flags = Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL | Posix.O_NOFOLLOW;
    try (FileOutputStream out =
        new FileOutputStream(Posix.open(Posix.CWD, root + path, flags, 0600))) {
      if (source.isPresent()) {
        try (FileInputStream in = new FileInputStream(source.get().toFile())) {
          Posix.copy(in.getFD(), out.getFD());
        }
      } else {
        try (InputStream in = layer.open(path)) {
          for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            out.write(buffer, 0, n);
          }
        }
      }
      Posix.settle(out.getFD(), node.mode(), node.uid(), node.gid(), node.mtimeNanos());
    }
  }

  /** Those that unpacking sets: capabilities and what users noted. */
  static void copyXattrs(String from, String to) throws IOException {
    for (String name : Posix.listXattrs(from)) {
      if (name.equals(FileNodes.CAPABILITY) || name.startsWith("user.")) {
        byte[] value = Posix.getXattr(from, name);
        if (value != null) {
          setXattr(to, name, value);
        }
      }
    }
  }

  private static void setXattr(String file, String name, byte[] value) throws IOException {
    try {
      Posix.setXattr(file, name, value);
    } catch (PosixException e) {
      if (!List.of("EPERM", "ENOTSUP", "ENOSPC", "E2BIG", "ERANGE").contains(e.errnoName())) {
        throw e;
      }
      // Unpacking leaves out as well what the file system does not take.
    }
  }
}
