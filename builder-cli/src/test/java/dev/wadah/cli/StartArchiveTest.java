package dev.wadah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a JVM of its own, the one that runs the tests. */
class StartArchiveTest {
  @TempDir Path folder;

  @Test
  void removesWhatTheJvmCannotUse() throws Exception {
    Path archive = Files.writeString(folder.resolve("archive"), "garbage");
    String[] options = {"-XX:SharedArchiveFile=" + archive, "-Dwadah.archive=" + archive};

    assertThat(version(options)).startsWith("wadah version");
    assertThat(archive).as("made a moment ago").exists();

    Files.setLastModifiedTime(archive, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
    assertThat(version(options)).startsWith("wadah version");
    assertThat(archive).doesNotExist();
  }

  @Test
  void keepsWhatTheJvmUses() throws Exception {
    Path other = Files.writeString(folder.resolve("other"), "not asked for");
    Files.setLastModifiedTime(other, FileTime.fromMillis(0));

    assertThat(version("-Dwadah.archive=" + other)).startsWith("wadah version");

    assertThat(other).exists();
  }

  private static String version(String... options) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    words.add("-Xlog:disable");
    words.addAll(List.of(options));
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    words.addAll(List.of(Main.class.getName(), "--version"));
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return said;
  }
}
