package dev.wadah.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are written and hashed by threads of their own. */
class BlobOutputTest {
  /** As large as the pieces are that are looked at for zeros. */
  private static final int HOLE_BYTES = 1 << 18;

  @TempDir private Path directory;
  private final Blocks blocks = new Blocks();

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        63,
        64,
        Blocks.BYTES - 1,
        Blocks.BYTES,
        Blocks.BYTES + 1,
        40 * Blocks.BYTES + 7
      })
  void writesAndHashesEveryByteWhateverTheLength(int length) throws Exception {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    Path file = directory.resolve("blob");
    int lock = Posix.tryLock(file.toString());
    BlobOutput out = new BlobOutput(lock, blocks);
    for (int at = 0; at < length; ) {
      int n = Math.min(length - at, 1 + at % 100_003);
      out.write(content, at, n);
      at += n;
    }
    assertThat(out.sizeBytes()).isEqualTo(length);
    assertThat(out.finish()).isEqualTo(Digest.of(content));
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
    out.release();
    Posix.close(lock);
  }

  @ParameterizedTest(name = "{0} blocks for all")
  @ValueSource(ints = {0, 1, 2, 3, 5, 9, 17})
  void writesBlobsSideBySideWhateverTheBlocksThatAreLeft(int limit) throws Exception {
    Blocks few = new Blocks(limit);
    byte[] content = new byte[13 * Blocks.BYTES + 4097];
    new Random(limit).nextBytes(content);
    int[] locks = new int[4];
    BlobOutput[] outs = new BlobOutput[locks.length];
    for (int i = 0; i < outs.length; i++) {
      locks[i] = Posix.tryLock(directory.resolve("blob" + i).toString());
      outs[i] = new BlobOutput(locks[i], few);
    }
    // One thread fills all in turn: whoever waited for another one's blocks would wait for ever.
    for (int at = 0; at < content.length; at += 300_001) {
      for (BlobOutput out : outs) {
        out.write(content, at, Math.min(300_001, content.length - at));
      }
    }
    for (int i = 0; i < outs.length; i++) {
      assertThat(outs[i].sizeBytes()).isEqualTo(content.length);
      assertThat(outs[i].finish()).isEqualTo(Digest.of(content));
      assertThat(Files.readAllBytes(directory.resolve("blob" + i))).isEqualTo(content);
      outs[i].release();
      Posix.close(locks[i]);
    }
    for (int i = 0; i < limit; i++) {
      assertThat(few.tryTake()).isNotNull(); // all were given back
    }
    assertThat(few.tryTake()).isNull();
  }

  @Test
  void takesBlocksThatBecomeFreeWhileItIsWritten() throws Exception {
    Blocks one = new Blocks(1);
    ByteBuffer taken = one.tryTake();
    byte[] content = new byte[6 * Blocks.BYTES + 5];
    new Random(3).nextBytes(content);
    Path file = directory.resolve("blob");
    int lock = Posix.tryLock(file.toString());
    BlobOutput out = new BlobOutput(lock, one);
    out.write(content, 0, 2 * Blocks.BYTES);
    assertThat(out.space().capacity()).isEqualTo(Blocks.SMALL_BYTES);
    one.give(taken);
    out.write(content, 2 * Blocks.BYTES, content.length - 2 * Blocks.BYTES);
    assertThat(out.space().capacity()).isEqualTo(Blocks.BYTES);
    assertThat(out.finish()).isEqualTo(Digest.of(content));
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
    out.release();
    Posix.close(lock);
  }

  @Test
  void needsNoBlockForASmallBlob() throws Exception {
    Blocks two = new Blocks(2);
    BlobOutput[] outs = new BlobOutput[300];
    byte[] content = new byte[Blocks.SMALL_BYTES];
    for (int i = 0; i < outs.length; i++) {
      outs[i] = new BlobOutput(BlobOutput.NO_FILE, two);
      outs[i].write(content);
    }
    assertThat(two.tryTake()).isNotNull();
    assertThat(two.tryTake()).isNotNull();
    for (BlobOutput out : outs) {
      assertThat(out.finish()).isEqualTo(Digest.of(content));
      out.release();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Blocks.BYTES, 3 * Blocks.BYTES, 100 * Blocks.BYTES + 512})
  void keepsZerosAsHolesAndTheLengthWhole(int length) throws Exception {
    byte[] content = new byte[length];
    content[length / 2] = 1;
    Path file = directory.resolve("blob");
    int lock = Posix.tryLock(file.toString());
    BlobOutput out = new BlobOutput(lock, blocks);
    out.write(content);
    assertThat(out.finish()).isEqualTo(Digest.of(content));
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
    assertThat(FileStatus.of(file.toString()).diskBytes())
        .isLessThanOrEqualTo(2L * HOLE_BYTES + 4096);
    out.release();
    Posix.close(lock);
  }

  @Test
  void saysWhatFailedWhenTheDiskIsFull() throws Exception {
    int full = Posix.openBeneath(dev(), "full", Posix.O_WRONLY);
    BlobOutput out = new BlobOutput(full, blocks);
    assertThatThrownBy(() -> fill(out, 64))
        .isInstanceOf(PosixException.class)
        .hasMessageContaining("ENOSPC");
    out.release();
    Posix.close(full);
  }

  @Test
  void endsWhenItsThreadIsInterrupted() throws Exception {
    int lock = Posix.tryLock(directory.resolve("blob").toString());
    BlobOutput out = new BlobOutput(lock, blocks);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> fill(out, 2)).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    out.release();
    Posix.close(lock);
  }

  private static int dev() throws IOException {
    return Posix.openDirectory(Posix.CWD, "/dev");
  }

  private static void fill(BlobOutput out, int count) throws IOException {
    byte[] block = new byte[Blocks.BYTES];
    for (int i = 0; i < count; i++) {
      out.write(block);
    }
    out.finish();
  }
}
