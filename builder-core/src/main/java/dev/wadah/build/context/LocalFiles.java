package dev.wadah.build.context;

import dev.wadah.build.files.TreePath;
import dev.wadah.content.ByteSink;
import dev.wadah.layer.Contents;
import dev.wadah.posix.DirectoryScan;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.NativeSha256;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Asks the kernel, in the thread that wants to know. */
final class LocalFiles implements HostFiles {
  /** The kernel takes 4,095 bytes, of which the root needs some. */
  private static final int LONG_PATH = 1000;

  private final String root;
  private final OpenDirectories directories;

  /**
   * Files beneath a directory.
   *
   * @param root absolute; may itself be reached through links
   */
  LocalFiles(Path root) {
    String text = root.toString();
    this.root = text.equals("/") ? "" : text;
    this.directories = new OpenDirectories(this.root);
  }

  @Override
  public FileStatus status(String path) throws IOException {
    if (path.length() == 1) {
      // "/." has the kernel follow a link that names the directory itself
      return FileStatus.of(root + "/.");
    }
    try (OpenDirectories.Open directory = directories.open(TreePath.parent(path))) {
      return FileStatus.of(directory.descriptor(), TreePath.name(path));
    } catch (PosixException e) {
      if (OpenDirectories.isAbsent(e)) {
        return null;
      }
      throw e.at(root + path);
    }
  }

  @Override
  public DirectoryScan scan(String path) throws IOException {
    return directories.scan(path);
  }

  @Override
  public String link(String path) throws IOException {
    try (OpenDirectories.Open directory = directories.open(TreePath.parent(path))) {
      return Posix.readlink(directory.descriptor(), TreePath.name(path));
    }
  }

  @Override
  public byte[] attribute(String path, String name) throws IOException {
    if (path.length() < LONG_PATH) {
      return Posix.getXattr(root + path, name);
    }
    try (OpenDirectories.Open directory = directories.open(TreePath.parent(path))) {
      String there = "/proc/self/fd/%d/%s".formatted(directory.descriptor(), TreePath.name(path));
      return Posix.getXattr(there, name);
    }
  }

  @Override
  public int open(String path) throws IOException {
    try (OpenDirectories.Open directory = directories.open(TreePath.parent(path))) {
      // without O_NONBLOCK a pipe that has taken the file's place would block for ever
      return Posix.openBeneath(
          directory.descriptor(), TreePath.name(path), Posix.O_RDONLY | Posix.O_NONBLOCK);
    } catch (PosixException e) {
      throw e.at(root + path);
    }
  }

  @Override
  public void hash(String path, byte[] into, int offset, long[] stamp) throws IOException {
    try (OpenDirectories.Open directory = directories.open(TreePath.parent(path))) {
      NativeSha256.file(directory.descriptor(), TreePath.name(path), into, offset, stamp);
    } catch (PosixException e) {
      throw e.at(root + path);
    }
  }

  @Override
  public void read(String path, ByteBuffer into, int length, long[] result) throws IOException {
    try (OpenDirectories.Open directory = directories.open(TreePath.parent(path))) {
      Posix.readInto(
          directory.descriptor(), TreePath.name(path), into, into.position(), length, result);
    } catch (PosixException e) {
      throw e.at(root + path);
    }
    into.position(into.position() + (int) result[0]);
  }

  @Override
  public int read(int file, ByteBuffer into) throws IOException {
    return Posix.read(file, into, 0, into.capacity());
  }

  @Override
  public long copy(int file, long length, ByteSink sink) throws IOException {
    return Contents.copy(file, length, sink);
  }

  @Override
  public FileStatus status(int file) throws IOException {
    return FileStatus.ofOpen(file);
  }

  @Override
  public void close(int file) {
    Posix.close(file);
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
  public void close() {
    directories.close();
  }
}
