package dev.wadah.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
}
