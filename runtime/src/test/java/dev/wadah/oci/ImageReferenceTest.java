package dev.wadah.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImageReferenceTest {
  static Stream<String[]> good() throws IOException {
    return rows("good.tsv");
  }

  static Stream<String[]> bad() throws IOException {
    return rows("bad.tsv");
  }

  private static Stream<String[]> rows(String file) throws IOException {
    Path path =
        Path.of(System.getProperty("wadah.testdata")).resolve("images/references").resolve(file);
    return Files.readAllLines(path).stream().map(line -> line.split("\t", -1));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("good")
  void parses(String text, String full, String familiar) {
    ImageReference reference = ImageReference.parse(text);
    assertThat(reference).hasToString(full);
    assertThat(reference.familiar()).isEqualTo(familiar);
    assertThat(ImageReference.parse(full)).isEqualTo(reference);
    assertThat(ImageReference.parse(familiar)).isEqualTo(reference);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void refuses(String text, String fault) {
    assertThatThrownBy(() -> ImageReference.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(fault);
  }

  @Test
  void refusesNothing() {
    assertThatThrownBy(() -> ImageReference.parse(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("invalid reference format");
  }
}
