package dev.wadah.cli.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.cli.Cli;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code wadah fmt}: what it writes, and that it writes all or nothing. */
class FmtTest {
  private static final String UNTIDY = "from scratch\ncopy   a /\n";
  private static final String TIDY = "FROM scratch\nCOPY a /\n";

  @TempDir Path folder;
  private Cli cli;
  private Path one;
  private Path two;

  @BeforeEach
  void write() throws IOException {
    cli = Cli.over(folder.resolve("store"));
    one = Files.writeString(folder.resolve("one"), UNTIDY);
    two = Files.writeString(folder.resolve("two"), UNTIDY);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void printsWhatItWouldWrite() {
    Cli.Result result = cli.run("fmt", one.toString());

    assertThat(result.out()).isEqualTo(TIDY);
    assertThat(one).hasContent(UNTIDY);
  }

  @Test
  void replacesFilesAndKeepsTheirPermissions() throws IOException {
    Files.setPosixFilePermissions(one, PosixFilePermissions.fromString("rw-rw----"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), one);

    Cli.Result result = cli.run("fmt", "-w", link.toString(), two.toString());

    assertThat(result.code()).isZero();
    assertThat(Files.readString(one)).isEqualTo(TIDY);
    assertThat(Files.readString(two)).isEqualTo(TIDY);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(one)))
        .isEqualTo("rw-rw----");
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(names()).containsExactly("link", "one", "two");
  }

  @Test
  void writesNothingWhenALaterFileIsWrong() throws IOException {
    Path bad = Files.writeString(folder.resolve("bad"), "FORM scratch\n");
    for (String last : List.of(bad.toString(), folder.resolve("none").toString())) {
      Cli.Result result = cli.run("fmt", "-w", one.toString(), two.toString(), last);

      assertThat(result.code()).isEqualTo(1);
      assertThat(result.err()).contains(last);
      assertThat(Files.readString(one)).isEqualTo(UNTIDY);
      assertThat(Files.readString(two)).isEqualTo(UNTIDY);
      assertThat(names()).containsExactly("bad", "one", "two");
    }
  }

  @Test
  void namesFilesThatAreNotSoForContinuousIntegration() throws IOException {
    Files.writeString(two, TIDY);

    Cli.Result result = cli.run("fmt", "--check", one.toString(), two.toString());

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEqualTo(one + "\n");
    assertThat(cli.run("fmt", "--check", two.toString()).code()).isZero();
    assertThat(Files.readString(one)).isEqualTo(UNTIDY);
  }

  @Test
  void readsStandardInputAndNeverWritesIt() {
    Cli.Result result =
        cli.reading(UNTIDY.getBytes(StandardCharsets.UTF_8)).run("fmt", "-w", "-", one.toString());

    assertThat(result.out()).isEqualTo(TIDY);
    assertThat(one).hasContent(TIDY);
  }
}
