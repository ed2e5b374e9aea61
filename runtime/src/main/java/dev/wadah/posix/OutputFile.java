package dev.wadah.posix;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** A file that a user named for output: it appears whole, or stays as it was. */
public final class OutputFile {
  private static final int BUFFER_BYTES = 1 << 18;

  private OutputFile() {}

  /** Writes the bytes of a file. */
  @FunctionalInterface
  public interface Writer {
    /** Writes to {@code out}, which the caller closes. */
    void write(OutputStream out) throws IOException;
  }

  /**
   * Writes a file through a temporary one beside it. What is there and is no regular file, such as
   * /dev/null or a pipe, is written to as it is: renaming onto it would replace the device. A
   * symbolic link stays, and what it points to is written.
   *
   * @param mode permissions, as {@code rw-r--r--}
   */
  public static void write(Path file, String mode, Writer writer) throws IOException {
    Path whole = whole(file);
    if (isSpecial(whole)) {
      fill(whole, writer);
      return;
    }
    Path temporary = temporary(whole);
    try {
      fill(temporary, writer);
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(mode));
      Files.move(temporary, whole, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Finds out whether {@link #write} can begin, for what takes long before there is anything to
   * write. Changes nothing.
   *
   * @throws java.nio.file.FileSystemException that says why not
   */
  public static void requireWritable(Path file) throws IOException {
    Path whole = whole(file);
    if (Files.isDirectory(whole)) {
      throw new FileSystemException(file.toString(), null, "Is a directory");
    }
    if (!isSpecial(whole)) {
      // The kernel knows best: a mode says nothing of root, quotas, or a read-only file system.
      Files.delete(temporary(whole));
    } else if (!Files.isWritable(whole)) {
      throw new AccessDeniedException(file.toString());
    }
  }

  private static Path whole(Path file) throws IOException {
    // The real path of /dev/stdout, when that is a pipe, is one that nobody can open.
    boolean linked = Files.isRegularFile(file) || Files.isDirectory(file);
    return linked ? file.toRealPath() : file.toAbsolutePath();
  }

  private static boolean isSpecial(Path whole) {
    return Files.exists(whole) && !Files.isRegularFile(whole);
  }

  private static Path temporary(Path whole) throws IOException {
    return Files.createTempFile(whole.getParent(), "." + whole.getFileName(), ".tmp");
  }

  private static void fill(Path file, Writer writer) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES)) {
      writer.write(out);
    }
  }
}
