package dev.wadah.build.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrowdTest {
  private static final int FILES = 120_000;

  @Test
  void needsLittleMemoryForManyFilesThatHaveTwoNames(@TempDir Path temp) throws Exception {
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx56m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            CrowdProbe.class.getName(),
            temp.toString(),
            String.valueOf(FILES));
    Process process = java.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    // A header for each name and directory, a block for each content, and the end.
    long bytes = 512L * (3 * FILES + 2 * FILES / 1000 + 1) + 1024;
    assertThat(said).isEqualTo("%1$d bytes, true%n%1$d bytes, true%n".formatted(bytes));
  }
}
