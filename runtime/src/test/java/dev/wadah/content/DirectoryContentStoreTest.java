package dev.wadah.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.oci.Digest;
import dev.wadah.posix.Posix;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DirectoryContentStoreTest extends ContentStoreContract {
  @Override
  protected ContentStore open() throws Exception {
    return new DirectoryContentStore(Store.open(temp));
  }

  @Test
  void removesWhatADeadProcessLeft() throws Exception {
    open();
    Path ingests = temp.resolve("blobs/ingest");
    Files.writeString(ingests.resolve("dead"), "half");
    int alive = Posix.tryLock(ingests.resolve("alive").toString());

    open();

    assertThat(Posix.names(Posix.CWD, ingests.toString())).containsExactly("alive");
    Posix.close(alive);
  }

  @Test
  void namesEveryBlobThatIsDamaged() throws Exception {
    DirectoryContentStore store = new DirectoryContentStore(Store.open(temp));
    Digest good = store.put(new byte[] {1});
    Digest bad = store.put(new byte[] {2});
    Files.write(store.path(bad), new byte[] {3});

    assertThat(store.verify())
        .containsExactly("blob %s: the content is %s".formatted(bad, Digest.of(new byte[] {3})));
    assertThat(store.has(good)).isTrue();
  }
}
