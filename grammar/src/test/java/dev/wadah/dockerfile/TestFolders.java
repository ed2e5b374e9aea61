package dev.wadah.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds the cases in testdata, and compares with goldens or, on request, writes them. */
public final class TestFolders {
  private static final Path ROOT =
      Path.of(System.getProperty("wadah.testdata", "../testdata")).toAbsolutePath().normalize();

  private TestFolders() {}

  /** Every folder below {@code testdata/room} that holds a Dockerfile, relative to the room. */
  public static List<String> cases(String room) {
    Path top = ROOT.resolve(room);
    try (Stream<Path> files = Files.walk(top)) {
      List<String> cases =
          files
              .filter(file -> file.getFileName().toString().equals("Dockerfile"))
              .filter(Files::isRegularFile)
              .map(file -> top.relativize(file.getParent()).toString())
              .sorted()
              .toList();
      assertThat(cases).as("cases in %s", top).isNotEmpty();
      return cases;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every Dockerfile that is accepted, of all rooms, as paths below testdata. */
  public static List<String> acceptedDockerfiles() {
    return Stream.of("dockerfiles/accepted", "checks", "fmt")
        .flatMap(room -> cases(room).stream().map(name -> room + "/" + name))
        .toList();
  }

  /** The Dockerfile of a case. */
  public static SourceFile dockerfile(String room, String name) {
    return new SourceFile("Dockerfile", read(file(room, name, "Dockerfile")));
  }

  /** A file of a case. */
  public static Path file(String room, String name, String file) {
    return ROOT.resolve(room).resolve(name).resolve(file);
  }

  /** The text of a file. */
  public static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compares with the golden; {@code -Dgolden=update} writes it instead. */
  public static void assertGolden(Path golden, String actual) {
    if ("update".equals(System.getProperty("golden"))) {
      try {
        Files.write(golden, actual.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    assertThat(golden).exists();
    assertThat(actual).isEqualTo(read(golden));
  }
}
