package dev.wadah.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.oci.Digest;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every content store does. */
public abstract class ContentStoreContract {
  @TempDir protected Path temp;

  /** Opens the store, a second time over the same place if asked again. */
  protected abstract ContentStore open() throws Exception;

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void givesBackWhatWasPut() throws Exception {
    ContentStore store = open();
    Digest digest = store.put(bytes("hello"));

    assertThat(digest).isEqualTo(Digest.of(bytes("hello")));
    assertThat(store.put(bytes("hello"))).isEqualTo(digest);
    assertThat(store.has(digest)).isTrue();
    assertThat(store.sizeBytes(digest)).isEqualTo(5);
    assertThat(store.read(digest)).isEqualTo(bytes("hello"));
    assertThat(Files.readAllBytes(store.path(digest))).isEqualTo(bytes("hello"));
    assertThat(store.list()).containsExactly(digest);
    assertThat(open().read(digest)).isEqualTo(bytes("hello"));
  }

  @Test
  void showsNothingBeforeTheCommit() throws Exception {
    ContentStore store = open();
    Digest digest = Digest.of(new byte[300_000]);
    try (ContentStore.Ingest ingest = store.ingest()) {
      ingest.out().write(new byte[200_000]);
      ingest.out().write(new byte[100_000]);
      assertThat(ingest.sizeBytes()).isEqualTo(300_000);
      assertThat(store.has(digest)).isFalse();
      assertThat(store.list()).isEmpty();
      assertThat(ingest.commit(digest)).isEqualTo(digest);
    }
    assertThat(store.sizeBytes(digest)).isEqualTo(300_000);
  }

  @Test
  void throwsAwayWhatIsClosedOrWrong() throws Exception {
    ContentStore store = open();
    try (ContentStore.Ingest ingest = store.ingest()) {
      ingest.out().write(bytes("abandoned"));
    }
    try (ContentStore.Ingest ingest = store.ingest()) {
      ingest.out().write(bytes("wrong"));
      assertThatThrownBy(() -> ingest.commit(Digest.of(bytes("right"))))
          .isInstanceOf(DigestMismatchException.class);
    }
    assertThat(store.list()).isEmpty();
  }

  @Test
  void saysThatABlobIsMissing() throws Exception {
    ContentStore store = open();
    Digest digest = Digest.of(bytes("none"));

    assertThat(store.has(digest)).isFalse();
    assertThatThrownBy(() -> store.open(digest)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> store.sizeBytes(digest)).isInstanceOf(NoSuchFileException.class);
    store.delete(digest);
  }

  @Test
  void deletes() throws Exception {
    ContentStore store = open();
    Digest digest = store.put(bytes("x"));
    store.delete(digest);
    assertThat(store.has(digest)).isFalse();
  }

  @Test
  void letsManyWritersPutTheSame() throws Exception {
    ContentStore store = open();
    ContentStore other = open();
    List<Callable<Digest>> writers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ContentStore one = i % 2 == 0 ? store : other;
      byte[] content = bytes("content " + i / 10);
      writers.add(() -> one.put(content));
    }
    var pool = Executors.newFixedThreadPool(8);
    for (var digest : pool.invokeAll(writers)) {
      assertThat(store.read(digest.get())).isNotEmpty();
    }
    pool.shutdown();
    assertThat(store.list()).hasSize(4);
  }
}
