package dev.wadah.build.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.graph.Op;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheMountsTest {
  @TempDir Path folder;

  @Test
  void makesADirectoryWithTheModeThatItShallHave() throws IOException {
    CacheMounts.create(cache(0751), folder.resolve("0"));
    assertThat(Files.getPosixFilePermissions(folder.resolve("0")))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-x--x"));
  }

  /** A rename would put its directory in the place of an empty one, which a step has mounted. */
  @Test
  void leavesTheEmptyDirectoryOfAnotherStepInItsPlace() throws IOException {
    Path data = Files.createDirectory(folder.resolve("0"));
    Object before = Files.getAttribute(data, "unix:ino");
    CacheMounts.create(cache(0700), data);
    assertThat(Files.getAttribute(data, "unix:ino")).isEqualTo(before);
    assertThat(folder.toFile().list()).containsExactly("0");
  }

  private static Op.Mount.Cache cache(int mode) {
    Op.Ownership ownership =
        new Op.Ownership(OptionalInt.of(mode), OptionalInt.empty(), OptionalInt.empty());
    return new Op.Mount.Cache(
        "id", "/c", Op.Sharing.SHARED, false, OptionalInt.empty(), "/", ownership);
  }
}
