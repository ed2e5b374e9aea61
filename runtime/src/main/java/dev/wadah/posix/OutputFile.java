package dev.wadah.posix;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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
    Path whole = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    if (Files.exists(whole) && !Files.isRegularFile(whole)) {
      fill(whole, writer);
      return;
    }
    Path temporary = Files.createTempFile(whole.getParent(), "." + whole.getFileName(), ".tmp");
    try {
      fill(temporary, writer);
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(mode));
      Files.move(temporary, whole, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void fill(Path file, Writer writer) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES)) {
      writer.write(out);
    }
  }
}
