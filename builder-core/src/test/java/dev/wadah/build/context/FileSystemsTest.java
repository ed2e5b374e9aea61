package dev.wadah.build.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which contexts may be read without fear of one who does not answer. */
class FileSystemsTest {
  private static final String MOUNTS =
      """
      /dev/vda / ext4 rw,relatime 0 0
      proc /proc proc rw 0 0
      tmpfs /work/app/tmp tmpfs rw 0 0
      /dev/vdb /work/app/data xfs rw 0 0
      nas:/export /work/far/docs nfs4 rw,vers=4.2 0 0
      ann@host:/ /work/my\\040code/a\\134b/remote fuse.sshfs rw 0 0
      //nas/x /work/appendix cifs rw 0 0
      nas:/y /work/on nfs rw 0 0
      /dev/vdc /work/on/disk ext4 rw 0 0
      """;

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "/,                        false",
    "/work,                    false",
    "/work/app,                true",
    "/work/app/data,           true",
    "/work/far,                false",
    "/work/far/docs,           true",
    "/work/my code,            false",
    "/work/my code/a\\b,       false",
    "/work/my code/b,          true",
    "/work/on,                 true",
    "/none,                    true",
  })
  void looksAtWhatIsMountedBelow(Path directory, boolean local) {
    assertThat(FileSystems.areMountsLocal(directory, MOUNTS)).isEqualTo(local);
  }

  /** Below the root of every Linux lies /proc, which is none of the local ones. */
  @Test
  void asksTheKernel(@TempDir Path folder) throws IOException {
    assertThat(FileSystems.isAllLocal(Path.of("/"))).isFalse();
    assertThat(FileSystems.isAllLocal(folder))
        .isEqualTo(FileSystems.isLocal(Posix.fileSystem(folder + "/.")));
  }
}
