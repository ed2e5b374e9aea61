package dev.wadah.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The source files of all modules. */
final class Sources {
  /** The checkout. */
  static final Path TOP =
      Path.of(System.getProperty("wadah.testdata", "../testdata"))
          .toAbsolutePath()
          .normalize()
          .getParent();

  static final List<String> MODULES =
      List.of("grammar", "runtime", "builder-core", "builder-cli", "builder-maven-plugin");

  private Sources() {}

  /** Files with this ending below {@code folder} of every module, such as src/main/java. */
  static List<Path> files(String folder, String ending) {
    return MODULES.stream()
        .map(module -> TOP.resolve(module).resolve(folder))
        .filter(Files::isDirectory)
        .flatMap(root -> below(root, ending))
        .sorted()
        .toList();
  }

  private static Stream<Path> below(Path root, String ending) {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(f -> f.toString().endsWith(ending)).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
