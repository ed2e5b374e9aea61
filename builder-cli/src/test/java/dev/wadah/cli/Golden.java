package dev.wadah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Files of expected output below testdata/cli; {@code -Dgolden=update} rewrites them. */
public final class Golden {
  private static final Path TESTDATA =
      Path.of(System.getProperty("wadah.testdata", "../testdata")).resolve("cli");

  private Golden() {}

  /** The files of a folder with this ending, sorted. */
  public static List<Path> files(String folder, String ending) {
    try (Stream<Path> files = Files.list(TESTDATA.resolve(folder))) {
      List<Path> found = files.filter(f -> f.toString().endsWith(ending)).sorted().toList();
      assertThat(found).as("files of testdata/cli/" + folder).isNotEmpty();
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compares with a file, or writes it. */
  public static void check(Path file, String actual) throws IOException {
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(file, actual);
    }
    assertThat(file).as("expected output; -Dgolden=update writes it").exists();
    assertThat(actual).as(file.getFileName().toString()).isEqualTo(Files.readString(file));
  }
}
