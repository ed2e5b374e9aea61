package dev.wadah.registry.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads that meet each other, break off, or are left behind. */
class UploadsTest {
  @TempDir Path folder;

  @Test
  void manyMayBringTheSameBlobAtOnce() throws Exception {
    Storage storage = new Storage(folder);
    Uploads uploads = new Uploads(storage);
    byte[] blob = new byte[500_000];
    new Random(3).nextBytes(blob);
    Digest digest = Digest.of(blob);
    ExecutorService pool = Executors.newFixedThreadPool(8);
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      String repository = "team/app" + i % 4;
      tasks.add(
          () -> {
            String id = uploads.begin(repository);
            uploads.append(repository, id, Optional.of(0L), new ByteArrayInputStream(blob));
            uploads.commit(repository, id, digest);
            return storage.hasBlob(repository, digest);
          });
    }
    for (Future<Boolean> done : pool.invokeAll(tasks)) {
      assertThat(done.get()).isTrue();
    }
    pool.shutdown();
    assertThat(Files.readAllBytes(storage.blob(digest))).isEqualTo(blob);
    assertThat(unfinished()).isEmpty();
  }

  @Test
  void oneRequestAtATimeWritesToASession() throws IOException {
    Uploads uploads = new Uploads(new Storage(folder));
    String id = uploads.begin("a");
    InputStream meddling =
        new InputStream() {
          @Override
          public int read() throws IOException {
            uploads.append("a", id, Optional.empty(), new ByteArrayInputStream(new byte[3]));
            return -1;
          }

          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            return read();
          }
        };
    assertThatThrownBy(() -> uploads.append("a", id, Optional.empty(), meddling))
        .isInstanceOf(Fault.class)
        .hasMessage("another request is writing to this upload");
    assertThat(uploads.size("a", id)).isZero();
  }

  @Test
  void goesOnWhereItBrokeOffEvenAfterARestart() throws IOException {
    Storage storage = new Storage(folder);
    String id = new Uploads(storage).begin("a");
    InputStream breaking =
        new InputStream() {
          private int left = 5;

          @Override
          public int read() throws IOException {
            if (left-- == 0) {
              throw new IOException("gone");
            }
            return 'x';
          }

          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            buffer[offset] = (byte) read();
            return 1;
          }
        };
    assertThatThrownBy(() -> new Uploads(storage).append("a", id, Optional.of(0L), breaking))
        .hasMessage("gone");
    Uploads restarted = new Uploads(storage);
    assertThat(restarted.size("a", id)).isEqualTo(5);
    byte[] rest = {'y'};
    restarted.append("a", id, Optional.of(5L), new ByteArrayInputStream(rest));
    Digest digest = Digest.of("xxxxxy".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    restarted.commit("a", id, digest);
    assertThat(storage.hasBlob("a", digest)).isTrue();
  }

  @Test
  void removesWhatIsLeftBehindAfterADay() throws IOException {
    Storage storage = new Storage(folder);
    Uploads uploads = new Uploads(storage);
    String old = uploads.begin("team/app");
    String fresh = uploads.begin("team/app");
    Path file = storage.uploads("team/app").resolve(old);
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    new Sweep(storage).run(Instant.now().minus(Sweep.GRACE));
    Uploads restarted = new Uploads(storage);
    assertThat(restarted.size("team/app", fresh)).isZero();
    assertThatThrownBy(() -> restarted.size("team/app", old)).isInstanceOf(Fault.class);
  }

  private List<Path> unfinished() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(
              file ->
                  file.getParent().endsWith("_uploads")
                      || file.getFileName().toString().startsWith("."))
          .toList();
    }
  }
}
