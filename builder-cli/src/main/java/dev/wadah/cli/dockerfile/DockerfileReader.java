package dev.wadah.cli.dockerfile;

import dev.wadah.cli.CommandException;
import dev.wadah.cli.Console;
import dev.wadah.dockerfile.SourceFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the Dockerfiles that lint and fmt are given. */
final class DockerfileReader {
  /** Larger files are not Dockerfiles (16 MiB). */
  private static final long LARGEST_BYTES = 16L << 20;

  private DockerfileReader() {}

  /** The file of this name; {@code -} is standard input. */
  static SourceFile read(String name, Console console) throws IOException, CommandException {
    if (name.equals("-")) {
      byte[] bytes = console.in().readNBytes((int) LARGEST_BYTES);
      return new SourceFile("-", new String(bytes, StandardCharsets.UTF_8));
    }
    Path path = Path.of(name);
    if (!Files.isRegularFile(path)) {
      throw new CommandException(
          "no-dockerfile",
          "\"%s\" %s".formatted(name, Files.exists(path) ? "is no file" : "does not exist"),
          "",
          "");
    }
    if (Files.size(path) > LARGEST_BYTES) {
      throw new CommandException(
          "too-large", "\"%s\" is too large for a Dockerfile".formatted(name), "", "");
    }
    return new SourceFile(name, new String(Files.readAllBytes(path), StandardCharsets.UTF_8));
  }
}
