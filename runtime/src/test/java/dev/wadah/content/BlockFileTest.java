package dev.wadah.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Blobs so long that their end is written past the page cache, where there is one. */
class BlockFileTest {
  private static final int CACHED = 64 << 20;
  private static final int BLOCK = Blocks.BYTES;

  @TempDir Path folder;

  @ParameterizedTest(name = "{0} bytes behind the cached ones")
  @ValueSource(ints = {-1, 0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 40 * BLOCK + 4097})
  void holdsEveryByte(int behind) throws IOException {
    byte[] content = new byte[CACHED + behind];
    new Random(7).nextBytes(content);
    // A block of zeros becomes a hole in either way of writing.
    java.util.Arrays.fill(content, CACHED / 2, CACHED / 2 + 2 * BLOCK, (byte) 0);
    if (behind > 4 * BLOCK) {
      java.util.Arrays.fill(content, CACHED + BLOCK, CACHED + 3 * BLOCK, (byte) 0);
    }
    ContentStore store = new DirectoryContentStore(Store.open(folder));

    Digest digest;
    try (ContentStore.Ingest ingest = store.ingest();
        OutputStream out = ingest.out()) {
      out.write(content);
      digest = ingest.commit();
    }

    assertThat(digest).isEqualTo(Digest.of(content));
    try (InputStream in = Files.newInputStream(store.path(digest))) {
      assertThat(in.readAllBytes()).isEqualTo(content);
    }
  }

  /** A mebibyte, of which a part is zeros now and then, and the whole of it sometimes. */
  private static ByteBuffer block(Random random, int index) {
    byte[] content = new byte[BLOCK];
    random.nextBytes(content);
    if (index % 5 == 2) {
      java.util.Arrays.fill(content, BLOCK / 4, BLOCK, (byte) 0);
    }
    if (index % 11 == 3) {
      java.util.Arrays.fill(content, (byte) 0);
    }
    return ByteBuffer.allocateDirect(BLOCK + 4096).alignedSlice(4096).slice(0, BLOCK).put(content);
  }

  /** Whatever was written in which way, a file is read as one, while it is written too. */
  @ParameterizedTest
  @EnumSource(PastCache.Means.class)
  void holdsEveryByteWhileTheWaysTurnAllTheTime(PastCache.Means means) throws IOException {
    Path path = folder.resolve("file");
    int file = Posix.tryLock(path.toString());
    // Each write takes longer than all before it, so that every one is the last of its way.
    long[] clock = {0, 1};
    PastCache past = new PastCache(file, means);
    BlockFile blocks =
        new BlockFile(
            file,
            past,
            () -> {
              clock[1] += clock[1] / 3 + 1;
              return clock[0] += clock[1];
            });
    Random random = new Random(11);
    int first = CACHED / BLOCK - 1;
    try (RandomAccessFile reader = new RandomAccessFile(path.toFile(), "r")) {
      byte[] read = new byte[BLOCK];
      for (int i = 0; i < 30; i++) {
        ByteBuffer block = block(random, i);
        blocks.write(block, (long) (first + i) * BLOCK);
        reader.seek((long) (first + i) * BLOCK);
        int n = reader.read(read);
        // what is zero at the end is a hole behind it, until more is written
        ByteBuffer have = ByteBuffer.wrap(read, 0, Math.max(n, 0));
        assertThat(have).isEqualTo(block.flip().slice(0, have.remaining()));
      }
      ByteBuffer last = ByteBuffer.allocateDirect(1).put((byte) 0);
      blocks.writeLast(last, (long) (first + 30) * BLOCK);
    }
    blocks.close();
    Posix.close(file);

    Random again = new Random(11);
    try (InputStream in = Files.newInputStream(path)) {
      in.skipNBytes((long) first * BLOCK);
      for (int i = 0; i < 30; i++) {
        ByteBuffer expected = block(again, i).flip();
        assertThat(ByteBuffer.wrap(in.readNBytes(BLOCK))).as("block %d", i).isEqualTo(expected);
      }
      assertThat(in.readAllBytes()).containsExactly(0);
    }
    assertThat(FileStatus.of(path.toString()).diskBytes())
        .as("zeros take no room")
        .isLessThan(28L * BLOCK);
  }

  @Test
  void saysWhatTheDiskSaysWhereNothingButTheCacheIsTaken() throws IOException {
    int dev = Posix.openDirectory(Posix.CWD, "/dev");
    int full = Posix.openBeneath(dev, "full", Posix.O_WRONLY);
    PastCache past = new PastCache(full, PastCache.Means.DROPPED);
    BlockFile blocks = new BlockFile(full, past, System::nanoTime);
    assertThatThrownBy(() -> blocks.write(block(new Random(1), 0), CACHED))
        .isInstanceOf(PosixException.class)
        .hasMessageContaining("ENOSPC");
    assertThat(past.means()).isEqualTo(PastCache.Means.NONE);
    assertThat(past.write(block(new Random(1), 0), 0)).isFalse();
    blocks.close();
    Posix.close(full);
    Posix.close(dev);
  }

  @Test
  void writesByTheBestMeansThatTheFileSystemHas() throws IOException {
    Path path = folder.resolve("file");
    int file = Posix.tryLock(path.toString());
    PastCache past = new PastCache(file, PastCache.Means.DROPPED);
    assertThat(past.write(block(new Random(5), 0), 0)).isTrue();
    // An older kernel, or a file system that does not know it, gets direct writes.
    assertThat(past.means()).isIn(PastCache.Means.DROPPED, PastCache.Means.DIRECT);
    assertThat(ByteBuffer.wrap(Files.readAllBytes(path))).isEqualTo(block(new Random(5), 0).flip());
    past.close();
    Posix.close(file);
  }
}
