package dev.wadah.cli;

import dev.wadah.build.BuildException;
import dev.wadah.cli.container.NotStartedException;
import dev.wadah.container.SandboxException;
import dev.wadah.content.Store;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.image.ImageException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Turns what a command threw into messages on standard error and an exit code. */
final class Failures {
  private final Console console;
  private final PrintStream err;
  private final boolean debug;
  private final Optional<Path> store;
  private final int usageCode;

  /**
   * For one command.
   *
   * @param debug whether stack traces are printed
   * @param store the store's folder, if it is not the default
   * @param usageCode the exit code when the command line is wrong
   */
  Failures(Console console, boolean debug, Optional<Path> store, int usageCode) {
    this.store = store;
    this.console = console;
    this.err = console.err();
    this.debug = debug;
    this.usageCode = usageCode;
  }

  /** Reports {@code failure}. */
  int report(Throwable failure) {
    int code = describe(failure);
    if (debug) {
      failure.printStackTrace(err);
    }
    err.flush();
    return code;
  }

  private int describe(Throwable failure) {
    if (failure instanceof UsageException usage) {
      print(Diagnostic.error("usage", usage.getMessage(), usage.why(), usage.remedy()));
      return usageCode;
    }
    if (failure instanceof InterruptedException
        || failure instanceof ClosedByInterruptException
        || (failure instanceof InterruptedIOException
            && !(failure instanceof SocketTimeoutException))) {
      err.println("wadah: cancelled");
      return ExitCode.INTERRUPTED;
    }
    if (failure instanceof NotStartedException) {
      describe(failure.getCause());
      return ExitCode.CONTAINER_NOT_STARTED;
    }
    if (failure instanceof SandboxException sandbox) {
      print(Diagnostic.error("container-start", sandbox.getMessage(), "", ""));
      return exitCode(sandbox.kind());
    }
    List<Diagnostic> diagnostics = diagnostics(failure);
    diagnostics.forEach(this::print);
    return ExitCode.FAILED;
  }

  private static int exitCode(SandboxException.Kind kind) {
    return switch (kind) {
      case NOT_FOUND -> ExitCode.NOT_FOUND;
      case NOT_EXECUTABLE -> ExitCode.NOT_EXECUTABLE;
      case SETUP -> ExitCode.CONTAINER_NOT_STARTED;
    };
  }

  private List<Diagnostic> diagnostics(Throwable failure) {
    if (failure instanceof BuildException build) {
      return build.diagnostics();
    }
    if (failure instanceof DockerfileException dockerfile) {
      return dockerfile.diagnostics();
    }
    if (failure instanceof CommandException command) {
      return List.of(command.diagnostic());
    }
    if (failure instanceof IOException io) {
      return List.of(environment(io));
    }
    if (failure instanceof OutOfMemoryError) {
      return List.of(
          Diagnostic.error(
              "out-of-memory",
              "the JVM's heap is full: " + failure.getMessage(),
              "",
              "set WADAH_JAVA_OPTS=-Xmx1g"));
    }
    return List.of(
        Diagnostic.error(
            "internal-error",
            "internal error: " + failure,
            "this is a fault of wadah, not yours",
            debug ? "" : "report what --debug (or WADAH_DEBUG=1) prints"));
  }

  private Diagnostic environment(IOException failure) {
    String message = Optional.ofNullable(failure.getMessage()).orElse(failure.toString());
    if (failure instanceof ImageException image) {
      return Diagnostic.error("failed", message, image.why(), image.remedy());
    }
    if (failure instanceof NoSuchFileException) {
      return Diagnostic.error("no-such-file", "no such file: " + message, "", "");
    }
    if (failure instanceof AccessDeniedException) {
      return Diagnostic.error("permission-denied", "permission denied: " + message, "", "");
    }
    if (failure instanceof NotDirectoryException) {
      return Diagnostic.error("no-directory", "not a directory: " + message, "", "");
    }
    if (message.contains("No space left on device") || message.contains("ENOSPC")) {
      return Diagnostic.error(
          "disk-full",
          message,
          freeSpace(),
          "remove what is not needed (wadah system prune), free some space there, or put the store"
              + " elsewhere with WADAH_HOME or --root");
    }
    if (failure instanceof FileSystemException) {
      return Diagnostic.error("file-system", message, "", "");
    }
    return Diagnostic.error("failed", message, "", "");
  }

  /** The system says what it could not write, but rarely where. */
  private String freeSpace() {
    try {
      Path folder = store.orElseGet(Store::defaultRoot);
      long free = Files.getFileStore(folder).getUsableSpace();
      return "the disk of the store %s has %.1f MB free".formatted(folder, free / 1e6);
    } catch (IOException e) {
      return "";
    }
  }

  private void print(Diagnostic diagnostic) {
    DiagnosticText.print(diagnostic, console);
  }
}
