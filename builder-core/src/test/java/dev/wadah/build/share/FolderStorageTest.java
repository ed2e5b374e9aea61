package dev.wadah.build.share;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.build.share.CacheContents.Result;
import dev.wadah.content.DigestMismatchException;
import dev.wadah.content.Store;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderStorageTest {
  private final Instant now = Instant.now();

  @TempDir Path temp;

  private FolderStorage storage(String tag) {
    return new FolderStorage(new Place.InFolder(temp.resolve("cache"), tag, Optional.empty()));
  }

  /** Writes a cache of one result, merged with what is there. */
  private void add(FolderStorage storage, String name) throws IOException {
    byte[] bytes = ("the layer of " + name).getBytes(UTF_8);
    Descriptor blob = Descriptor.of(MediaTypes.OCI_LAYER, Digest.of(bytes), bytes.length);
    DiffId layer = new DiffId(Digest.of(bytes));
    storage.put(blob, () -> new ByteArrayInputStream(bytes));
    CacheContents own =
        new CacheContents(
            Map.of(Digest.of(name.getBytes(UTF_8)), List.of(new Result(layer, now, now))),
            Map.of(),
            Map.of(layer, blob));
    try (Store.Lock lock = storage.lock()) {
      assertThat(lock).isNotNull();
      CacheContents all = storage.read().contents().merge(own);
      CacheManifest.Written written = CacheManifest.write(all, CacheTarget.Format.OCI);
      for (Map.Entry<Descriptor, byte[]> small : written.blobs().entrySet()) {
        storage.put(small.getKey(), () -> new ByteArrayInputStream(small.getValue()));
      }
      storage.publish(written.manifest());
    }
  }

  private long blobs() throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve("cache/blobs/sha256"))) {
      return files.count();
    }
  }

  @Test
  void keepsTagsApart() throws IOException {
    add(storage("latest"), "one");
    add(storage("other"), "two");
    assertThat(storage("latest").read().contents().results()).hasSize(1);
    assertThat(storage("other").read().contents().results()).hasSize(1);
    assertThat(storage("third").read().kind()).isEqualTo(Found.Kind.NOTHING);
    Optional<Digest> first = storage("latest").current();
    FolderStorage byDigest =
        new FolderStorage(new Place.InFolder(temp.resolve("cache"), "latest", first));
    add(storage("latest"), "more");
    assertThat(storage("latest").read().contents().results()).hasSize(2);
    assertThat(byDigest.read().kind()).isEqualTo(Found.Kind.NOTHING);
  }

  @Test
  void losesNothingWhenManyWriteAtOnce() throws Exception {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      String name = "writer " + i;
      tasks.add(
          () -> {
            add(storage("latest"), name);
            return null;
          });
    }
    ExecutorService pool = Executors.newFixedThreadPool(8);
    for (Future<Void> done : pool.invokeAll(tasks)) {
      done.get();
    }
    pool.shutdown();
    assertThat(storage("latest").read().contents().results()).hasSize(16);
  }

  @Test
  void letsDraftsOfOthersComeAndGo() throws Exception {
    add(storage("latest"), "first");
    Path blobs = temp.resolve("cache/blobs/sha256");
    AtomicBoolean ended = new AtomicBoolean();
    ExecutorService pool = Executors.newFixedThreadPool(1);
    Future<Integer> other =
        pool.submit(
            () -> {
              int drafts = 0;
              for (; !ended.get(); drafts++) {
                Files.delete(Files.createFile(blobs.resolve(".draft-" + drafts)));
              }
              return drafts;
            });
    try {
      for (int i = 0; i < 100; i++) {
        add(storage("latest"), "writer " + i);
      }
    } finally {
      ended.set(true);
      pool.shutdown();
    }
    assertThat(other.get()).isPositive();
    assertThat(storage("latest").read().contents().results()).hasSize(101);
  }

  @Test
  void removesWhatNothingLeadsToAfterAnHour() throws IOException {
    add(storage("latest"), "one");
    Path stray = temp.resolve("cache/blobs/sha256").resolve("f".repeat(64));
    Files.writeString(stray, "of an older cache");
    add(storage("latest"), "two");
    long young = blobs();
    assertThat(stray).exists();
    try (Stream<Path> files = Files.list(stray.getParent())) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.setLastModifiedTime(file, FileTime.from(now.minus(Duration.ofHours(2))));
      }
    }
    add(storage("latest"), "three");
    assertThat(stray).doesNotExist();
    assertThat(blobs()).isLessThan(young + 3);
    assertThat(storage("latest").read().contents().results()).hasSize(3);
    assertThat(storage("latest").read().contents().sound().blobs()).hasSize(3);
  }

  @Test
  void storesNoBlobThatIsAnother() {
    byte[] bytes = "something else".getBytes(UTF_8);
    Descriptor blob =
        Descriptor.of(MediaTypes.OCI_LAYER, Digest.of("this".getBytes(UTF_8)), bytes.length);
    FolderStorage storage = storage("latest");
    assertThatThrownBy(() -> storage.put(blob, () -> new ByteArrayInputStream(bytes)))
        .isInstanceOf(DigestMismatchException.class);
    assertThat(temp.resolve("cache/blobs/sha256").resolve(blob.digest().hex())).doesNotExist();
  }

  @Test
  void isBrokenNotAFailureWhenItsFilesAre() throws IOException {
    add(storage("latest"), "one");
    Path index = temp.resolve("cache/index.json");
    String text = Files.readString(index);
    Digest manifest = storage("latest").current().orElseThrow();
    Path file = temp.resolve("cache/blobs/sha256").resolve(manifest.hex());
    byte[] bytes = Files.readAllBytes(file);
    for (String broken : List.of("", "{", "[]", "{\"manifests\":7}", text.substring(20))) {
      Files.writeString(index, broken);
      assertThat(storage("latest").read().kind()).as(broken).isEqualTo(Found.Kind.BROKEN);
    }
    Files.writeString(index, text);
    Files.writeString(file, "{}");
    assertThat(storage("latest").read().problem()).contains("expected " + manifest);
    Files.delete(file);
    assertThat(storage("latest").read().kind()).isEqualTo(Found.Kind.BROKEN);
    // And the next writer mends it.
    add(storage("latest"), "two");
    assertThat(storage("latest").read().contents().results()).hasSize(1);
    assertThat(bytes).isNotEmpty();
  }

  @Test
  @Tag("peer")
  void isALayoutThatSkopeoCopies() throws Exception {
    boolean needed = "1".equals(System.getenv("WADAH_MUST_WORK"));
    assumeTrue(needed || Files.isExecutable(Path.of("/usr/bin/skopeo")), "skopeo is not installed");
    add(storage("latest"), "one");
    add(storage("latest"), "two");
    Process copy =
        new ProcessBuilder(
                "skopeo",
                "copy",
                "oci:" + temp.resolve("cache") + ":latest",
                "oci:" + temp.resolve("copy") + ":latest")
            .redirectErrorStream(true)
            .start();
    String said = new String(copy.getInputStream().readAllBytes(), UTF_8);
    assertThat(copy.waitFor()).as(said).isZero();
    FolderStorage copied =
        new FolderStorage(new Place.InFolder(temp.resolve("copy"), "latest", Optional.empty()));
    assertThat(copied.read().contents()).isEqualTo(storage("latest").read().contents());
  }
}
