package dev.wadah.build.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignProgramsTest {
  private static final Platform AMD64 = Platform.parse("linux/amd64");
  private static final Platform ARM64 = Platform.parse("linux/arm64");

  /** As the kernel shows it, after Debian's qemu-user-static. */
  private static final String QEMU =
      """
      enabled
      interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P
      flags: POF
      offset 0
      magic 7f454c460201010000000000000000000200b700
      mask ffffffffffffff00fffffffffffffffffeffffff
      """;

  @TempDir Path folder;

  private void mounted() throws IOException {
    Files.writeString(folder.resolve("register"), "");
    Files.writeString(folder.resolve("status"), "enabled\n");
  }

  private String why(Platform platform) throws IOException {
    return new ForeignPrograms(folder, AMD64)
        .obstacle(platform)
        .map(ForeignPrograms.Obstacle::why)
        .orElse("");
  }

  @ParameterizedTest
  @CsvSource({"linux/amd64", "linux/amd64/v3", "linux/386"})
  void needsNoInterpreterForItsOwn(String platform) throws IOException {
    assertThat(why(Platform.parse(platform))).isEmpty();
  }

  @Test
  void tellsAnInterpreterByItsMagicWhateverItsName() throws IOException {
    mounted();
    Files.writeString(folder.resolve("some-name"), QEMU);
    assertThat(why(ARM64)).isEmpty();
    assertThat(why(Platform.parse("linux/arm/v7"))).contains("no interpreter");
    assertThat(why(Platform.parse("linux/s390x"))).contains("no interpreter");
  }

  @Test
  void saysWhatTheKernelLacks() throws IOException {
    assertThat(why(ARM64)).contains("binfmt_misc is not mounted");
    mounted();
    assertThat(why(ARM64)).contains("no interpreter");
    Files.writeString(folder.resolve("qemu-aarch64"), QEMU.replace("enabled", "disabled"));
    assertThat(why(ARM64)).contains("switched off", "qemu-aarch64");
    Files.writeString(folder.resolve("qemu-aarch64"), QEMU.replace("POF", "PO"));
    assertThat(why(ARM64)).contains("inside of the container", "aarch64-binfmt-P");
    assertThat(why(Platform.parse("windows/amd64"))).contains("only Linux programs");
    // a good one beside a bad one is enough
    Files.writeString(folder.resolve("rosetta"), QEMU);
    assertThat(why(ARM64)).isEmpty();
  }
}
