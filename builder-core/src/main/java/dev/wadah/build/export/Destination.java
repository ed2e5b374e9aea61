package dev.wadah.build.export;

import dev.wadah.build.BuildException;
import dev.wadah.posix.OutputFile;
import dev.wadah.posix.StandardOutput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The file that an output goes to: whole, or not there. */
final class Destination {
  private static final int BUFFER_BYTES = 1 << 18;

  private Destination() {}

  /**
   * Writes a file through a temporary one beside it, or standard output for {@code -} and nothing.
   * A device or pipe that is there is written to as it is.
   */
  static void write(String type, Optional<String> destination, OutputFile.Writer writer)
      throws BuildException, IOException {
    if (destination.isEmpty() || destination.get().equals("-")) {
      if (destination.isEmpty() && toTerminal()) {
        throw OutputFaults.fault(
            "type=%s without dest would write to the terminal".formatted(type),
            "dest names the file; without it the bytes go to standard output",
            "add dest=FILE, or redirect standard output");
      }
      // never closed: it belongs to the process
      OutputStream out = new BufferedOutputStream(new StandardOutput(), BUFFER_BYTES);
      writer.write(out);
      out.flush();
      return;
    }
    write(type, Path.of(destination.get()).toAbsolutePath().normalize(), writer);
  }

  /** Whether standard output is a terminal; System.console tells that up to Java 21 only. */
  private static boolean toTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      // without /proc nobody can tell, and writing is what was asked for
      return false;
    }
  }

  private static void write(String type, Path file, OutputFile.Writer writer)
      throws BuildException, IOException {
    if (Files.isDirectory(file)) {
      throw OutputFaults.fault(
          "dest \"%s\" is a directory".formatted(file),
          "type=%s writes one file".formatted(type),
          "write dest=%s".formatted(file.resolve("image.tar")));
    }
    Files.createDirectories(file.getParent());
    OutputFile.write(file, "rw-r--r--", writer);
  }
}
