package dev.wadah.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryScanTest {
  @TempDir Path temp;

  private DirectoryScan scan() throws IOException {
    int fd = Posix.openDirectory(Posix.CWD, temp.toString());
    try {
      return DirectoryScan.of(fd);
    } finally {
      Posix.close(fd);
    }
  }

  @Test
  void stopsInALargeDirectoryWhenTheThreadIsInterrupted() throws IOException {
    for (int i = 0; i < 5000; i++) {
      Files.createFile(temp.resolve("f" + i));
    }
    assertThat(scan().size()).isEqualTo(5000);
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(this::scan).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.currentThread().isInterrupted()).as("others must hear of it too").isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void tellsExecutablesThatMayHaveACapability() throws IOException {
    for (String name : new String[] {"a-text", "b-program", "c-capable"}) {
      Files.createFile(temp.resolve(name));
    }
    assertThat(temp.resolve("b-program").toFile().setExecutable(true)).isTrue();
    assertThat(temp.resolve("c-capable").toFile().setExecutable(true)).isTrue();
    byte[] capability = new byte[20];
    capability[3] = 2; // VFS_CAP_REVISION_2
    Posix.setXattr(temp.resolve("c-capable").toString(), "security.capability", capability);
    DirectoryScan scan = scan();
    assertThat(scan.mayBeCapable(0)).isFalse();
    assertThat(scan.mayBeCapable(1)).isFalse();
    assertThat(scan.mayBeCapable(2)).isTrue();
    assertThat(scan.mode(2) & 0100).isEqualTo(0100);
  }
}
