package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.posix.Posix;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files into a sink, long ones with the kernel reading ahead. */
class ContentsTest {
  private static final int LENGTH = 3 * Prefetch.STEP_BYTES + 4097;

  @TempDir Path folder;

  @ParameterizedTest(name = "{1} bytes behind the first {0}")
  @CsvSource({"0, 0", "0, 1", "0, 8388608", "0, 8388609", "1000, 20000000", "1000, 90000000"})
  void copiesWhatIsAskedForAndThere(int from, int most) throws Exception {
    byte[] content = new byte[LENGTH];
    new Random(9).nextBytes(content);
    Files.write(folder.resolve("file"), content);
    int directory = Posix.openDirectory(Posix.CWD, folder.toString());
    int file = Posix.openBeneath(directory, "file", Posix.O_RDONLY);
    ByteBuffer skipped = ByteBuffer.allocateDirect(1000);
    Posix.read(file, skipped, 0, from);
    ByteBuffer taken = ByteBuffer.allocateDirect(LENGTH + 1);

    long copied = Contents.copy(file, most, () -> taken);

    int expected = Math.min(most, LENGTH - from);
    assertThat(copied).isEqualTo(expected);
    assertThat(taken.flip()).isEqualTo(ByteBuffer.wrap(content, from, expected));
    Posix.close(file);
    Posix.close(directory);
  }
}
