package dev.wadah.build.context;

import dev.wadah.content.ByteSink;
import dev.wadah.posix.DirectoryScan;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.NativeSha256;
import dev.wadah.posix.Posix;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is asked of the files beneath a directory of this machine. A path is one as in a file tree,
 * and is reached without following a link; failures name the file. Safe for threads.
 */
interface HostFiles extends Closeable {
  /** What lstat says; null for no file. */
  FileStatus status(String path) throws IOException;

  /** A directory with what lstat says of all in it; null when there is none. */
  DirectoryScan scan(String path) throws IOException;

  /** Where a symbolic link leads. */
  String link(String path) throws IOException;

  /** An extended attribute; null when the file has none of this name. */
  byte[] attribute(String path, String name) throws IOException;

  /** Opens a regular file; the number is for {@link #read}, {@link #copy} and {@link #close}. */
  int open(String path) throws IOException;

  /** Hashes a whole file, as {@link NativeSha256#file} does. */
  void hash(String path, byte[] into, int offset, long[] stamp) throws IOException;

  /**
   * Reads the beginning of a file and says what it then was, as {@link Posix#readInto} does.
   *
   * @param into moved on by what was read
   */
  void read(String path, ByteBuffer into, int length, long[] result) throws IOException;

  /**
   * Reads from an open file.
   *
   * @param into a direct buffer that is the caller's alone, and filled from its start
   * @return bytes read; 0 at the end
   */
  int read(int file, ByteBuffer into) throws IOException;

  /** Copies from an open file, at most {@code length} bytes; how many. */
  long copy(int file, long length, ByteSink sink) throws IOException;

  /** What fstat says of an open file. */
  FileStatus status(int file) throws IOException;

  /** Closes an open file. */
  void close(int file);

  /** Where others may open a file themselves; empty where they must not. */
  Optional<Path> hostPath(String path);
}
