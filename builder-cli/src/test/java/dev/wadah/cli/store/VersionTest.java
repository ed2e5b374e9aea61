package dev.wadah.cli.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class VersionTest {
  @Test
  void isThePomsVersion() throws IOException {
    Path pom =
        Path.of(System.getProperty("wadah.testdata", "../testdata")).resolveSibling("pom.xml");
    String version = VersionCommand.VERSION;
    assertThat(Files.readString(pom))
        .containsAnyOf(
            "<version>" + version + "</version>", "<version>" + version + "-SNAPSHOT</version>");
  }
}
