package dev.wadah.build.context;

import dev.wadah.build.files.TreePath;
import dev.wadah.content.ByteSink;
import dev.wadah.layer.Contents;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileNode.Identity;
import dev.wadah.layer.FileTree;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.PathBytes;
import dev.wadah.posix.Posix;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A directory of this machine as a build sees it: everything is root's, links are not followed, a
 * file is looked at once. Content is opened beneath the directory without following links, so that
 * a link that appears during the build leads nowhere. Safe for threads.
 */
final class HostTree implements FileTree, Closeable {
  /** Files whose attributes are kept; more are looked at again each time. */
  static final int MAX_KEPT = 300_000;

  private static final int EXECUTE = 0111;

  private final String root;
  private final Path rootPath;
  private final Map<String, FileStatus> known = new ConcurrentHashMap<>();
  private int directory = -1;

  /**
   * A tree over a directory.
   *
   * @param root an existing directory; may itself be reached through links
   */
  HostTree(Path root) {
    this.rootPath = root.toAbsolutePath().normalize();
    String text = rootPath.toString();
    this.root = text.equals("/") ? "" : text;
  }

  /** The directory. */
  Path root() {
    return rootPath;
  }

  /** Attributes of a file; null when there is none. */
  FileStatus status(String path) throws IOException {
    FileStatus status = known.get(path);
    return status != null ? status : look(path);
  }

  /** Looks at a file afresh; null when there is none. */
  FileStatus look(String path) throws IOException {
    // "/." has the kernel follow a link that names the directory itself
    FileStatus status = FileStatus.of(path.length() == 1 ? root + "/." : root + path);
    if (status != null && known.size() < MAX_KEPT) {
      known.put(path, status);
    }
    return status;
  }

  @Override
  public Optional<FileNode> find(String path) throws IOException {
    FileStatus status = status(path);
    return status == null ? Optional.empty() : Optional.of(node(path, status));
  }

  private FileNode node(String path, FileStatus status) throws IOException {
    FileNode.Type type = type(status);
    String link = type == FileNode.Type.SYMLINK ? Posix.readlink(Posix.CWD, root + path) : "";
    long size = type == FileNode.Type.FILE ? status.sizeBytes() : 0;
    return new FileNode(
        type, status.mode(), 0, 0, size, status.mtimeNanos(), link, identity(path, status));
  }

  private static FileNode.Type type(FileStatus status) {
    return switch (status.type()) {
      case FileStatus.S_IFDIR -> FileNode.Type.DIRECTORY;
      case FileStatus.S_IFLNK -> FileNode.Type.SYMLINK;
      case FileStatus.S_IFCHR -> FileNode.Type.CHARACTER_DEVICE;
      case FileStatus.S_IFBLK -> FileNode.Type.BLOCK_DEVICE;
      case FileStatus.S_IFIFO -> FileNode.Type.FIFO;
      case FileStatus.S_IFSOCK -> FileNode.Type.SOCKET;
      default -> FileNode.Type.FILE;
    };
  }

  private Identity identity(String path, FileStatus status) throws IOException {
    boolean device = status.type() == FileStatus.S_IFCHR || status.type() == FileStatus.S_IFBLK;
    long inode = status.links() > 1 && !status.isDirectory() ? status.inode() : 0;
    byte[] capability = null;
    if (status.isFile() && (status.mode() & EXECUTE) != 0) {
      capability = Posix.getXattr(root + path, "security.capability");
    }
    if (!device && inode == 0 && capability == null) {
      return Identity.PLAIN;
    }
    return new Identity(
        device ? status.device() : 0,
        inode,
        capability == null ? Map.of() : Map.of("security.capability", capability));
  }

  @Override
  public List<String> list(String path) throws IOException {
    String[] names = Posix.names(Posix.CWD, path.length() == 1 ? root + "/." : root + path);
    if (names == null) {
      return List.of();
    }
    Arrays.sort(names, PathBytes::compare);
    return Arrays.asList(names);
  }

  @Override
  public InputStream open(String path) throws IOException {
    return new Unchanging(openUnguarded(path), path, known.get(path));
  }

  /** Opens a file for somebody who looks himself whether it changes. */
  InputStream openUnguarded(String path) throws IOException {
    return new FileInputStream(Posix.descriptor(openFile(path)));
  }

  private int openFile(String path) throws IOException {
    // without O_NONBLOCK a pipe that has taken the file's place would block for ever
    return Posix.openBeneath(
        directory(), TreePath.relative(path), Posix.O_RDONLY | Posix.O_NONBLOCK);
  }

  @Override
  public long copy(String path, long length, ByteSink sink) throws IOException {
    FileStatus before = known.get(path);
    ByteBuffer space = sink.space();
    if (length > space.remaining()) {
      return copyLarge(path, length, sink);
    }
    long[] after = new long[5];
    String name = TreePath.relative(path);
    Posix.readInto(directory(), name, space, space.position(), (int) length, after);
    if (before != null
        && (before.sizeBytes() != after[1]
            || before.mtimeNanos() != after[2]
            || before.ctimeNanos() != after[3]
            || before.inode() != after[4])) {
      throw changing(path);
    }
    space.position(space.position() + (int) after[0]);
    return after[0];
  }

  private long copyLarge(String path, long length, ByteSink sink) throws IOException {
    FileStatus before = known.get(path);
    int fd = openFile(path);
    try {
      long copied = Contents.copy(fd, length, sink);
      if (before != null && !StatCache.same(before, FileStatus.ofOpen(fd))) {
        throw changing(path);
      }
      return copied;
    } finally {
      Posix.close(fd);
    }
  }

  /** What is said of a file that somebody writes to while the build reads it. */
  IOException changing(String path) {
    return new IOException(
        "\"%s\" changes while it is read; stop what writes to it, or exclude it by .dockerignore"
            .formatted(root + path));
  }

  /**
   * Content of a file that must stay as it was when it was looked at: its digest is part of a cache
   * key, so other content must never be stored under it.
   */
  private final class Unchanging extends FilterInputStream {
    private final String path;
    private final FileStatus before;

    Unchanging(InputStream in, String path, FileStatus before) {
      super(in);
      this.path = path;
      this.before = before;
    }

    @Override
    public void close() throws IOException {
      super.close();
      if (before != null) {
        FileStatus after = FileStatus.of(root + path);
        if (after == null || !StatCache.same(before, after)) {
          throw changing(path);
        }
      }
    }
  }

  /** A whole file of a known size, at most {@code limit}. */
  byte[] read(String path, int limit) throws IOException {
    return Posix.readBeneath(root.isEmpty() ? "/" : root, TreePath.relative(path), limit);
  }

  private synchronized int directory() throws IOException {
    if (directory < 0) {
      directory = Posix.openDirectory(Posix.CWD, root + "/.");
    }
    return directory;
  }

  @Override
  public Optional<Path> hostPath(String path) {
    try {
      return Optional.of(Path.of(root + path));
    } catch (InvalidPathException e) {
      // a name that this JVM's encoding cannot say; it is read through open
      return Optional.empty();
    }
  }

  @Override
  public synchronized void close() {
    if (directory >= 0) {
      Posix.close(directory);
      directory = -1;
    }
  }
}
