package dev.wadah.registry.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the registry's collector takes, and what it leaves alone. */
class SweepTest {
  @TempDir Path folder;
  private Storage storage;
  private Uploads uploads;

  @BeforeEach
  void open() {
    storage = new Storage(folder);
    uploads = new Uploads(storage);
  }

  private Digest blob(String repository, String content) throws IOException {
    byte[] bytes = content.getBytes(UTF_8);
    Digest digest = Digest.of(bytes);
    String id = uploads.begin(repository);
    uploads.append(repository, id, Optional.empty(), new ByteArrayInputStream(bytes));
    uploads.commit(repository, id, digest);
    return digest;
  }

  private static byte[] manifest(Digest config, Digest... layers) {
    List<Descriptor> blobs = new ArrayList<>();
    for (Digest layer : layers) {
      blobs.add(Descriptor.of(MediaTypes.OCI_LAYER, layer, 1));
    }
    return OciJson.write(
        new Manifest(
            MediaTypes.OCI_MANIFEST,
            Descriptor.of(MediaTypes.OCI_CONFIG, config, 1),
            blobs,
            Map.of(),
            Optional.empty(),
            Optional.empty()));
  }

  private Digest put(String repository, byte[] manifest) throws IOException {
    Digest digest = Digest.of(manifest);
    storage.putManifest(repository, digest, OciJson.mediaTypeOf(manifest), manifest);
    return digest;
  }

  /** Makes everything that is there two days old. */
  private void age() throws IOException {
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, old);
      }
    }
  }

  private int sweep() throws IOException {
    return new Sweep(storage).run(Instant.now().minus(Sweep.GRACE));
  }

  @Test
  void takesBlobsThatNoManifestNames() throws IOException {
    Digest config = blob("team/app", "config");
    Digest layer = blob("team/app", "layer");
    Digest forgotten = blob("team/app", "forgotten");
    put("team/app", manifest(config, layer));
    age();
    Digest young = blob("team/app", "young");
    assertThat(sweep()).as("a mark and its content").isEqualTo(2);
    assertThat(storage.blob(forgotten)).doesNotExist();
    assertThat(storage.hasBlob("team/app", forgotten)).isFalse();
    for (Digest kept : List.of(config, layer, young)) {
      assertThat(storage.hasBlob("team/app", kept)).isTrue();
    }
    assertThat(sweep()).isZero();
  }

  @Test
  void takesContentWhenItsLastRepositoryHasItNoMore() throws IOException {
    Digest layer = blob("one", "layer");
    storage.link("two", layer);
    Digest manifest = put("two", manifest(layer, layer));
    age();
    assertThat(sweep()).as("the mark of one").isEqualTo(1);
    assertThat(storage.hasBlob("one", layer)).isFalse();
    assertThat(storage.hasBlob("two", layer)).isTrue();
    storage.deleteManifest("two", manifest);
    age();
    assertThat(sweep()).as("a mark, its content, and the manifest's").isEqualTo(3);
    assertThat(storage.blobs()).isEmpty();
  }

  @Test
  void keepsWhatAnIndexLeadsTo() throws IOException {
    Digest layer = blob("app", "layer");
    byte[] image = manifest(layer, layer);
    Digest inner = put("app", image);
    Index index =
        new Index(
            MediaTypes.OCI_INDEX,
            List.of(Descriptor.of(MediaTypes.OCI_MANIFEST, inner, image.length)),
            Map.of(),
            Optional.empty(),
            Optional.empty());
    Digest outer = put("app", OciJson.write(index));
    age();
    assertThat(sweep()).isZero();
    for (Digest kept : List.of(layer, inner, outer)) {
      assertThat(storage.blob(kept)).exists();
    }
  }

  @Test
  void takesNothingFromARepositoryWithADamagedManifest() throws IOException {
    Digest layer = blob("app", "layer");
    Digest manifest = put("app", manifest(layer, layer));
    Digest other = blob("app", "other");
    Files.writeString(storage.blob(manifest), "{");
    age();
    assertThat(sweep()).isZero();
    assertThat(storage.hasBlob("app", other)).isTrue();
  }

  @Test
  void goesOnAfterOneThatWasCutOff() throws IOException {
    Digest layer = blob("app", "layer");
    age();
    // As a crash between its two removals leaves it.
    assertThat(storage.unlink("app", layer)).isTrue();
    assertThat(sweep()).isEqualTo(1);
    assertThat(storage.blob(layer)).doesNotExist();
  }

  @Test
  void whatWasAskedForStaysUntilItsManifestComes() throws Exception {
    int blobs = 200;
    List<Digest> digests = new ArrayList<>();
    for (int i = 0; i < blobs; i++) {
      digests.add(blob("app", "content " + i));
    }
    age();
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService pool = Executors.newFixedThreadPool(3);
    Future<Integer> sweeping =
        pool.submit(
            () -> {
              int removed = 0;
              do {
                removed += sweep();
              } while (!over.get());
              return removed;
            });
    List<Callable<Integer>> pushing = new ArrayList<>();
    for (int half = 0; half < 2; half++) {
      int from = half;
      pushing.add(
          () -> {
            int there = 0;
            for (int i = from; i < blobs; i += 2) {
              Digest digest = digests.get(blobs - 1 - i);
              boolean has = storage.hasBlob("app", digest);
              there += has ? 1 : 0;
              Digest layer = has ? digest : blob("app", "content " + (blobs - 1 - i));
              put("app", manifest(layer));
              assertThat(storage.blob(layer)).exists();
            }
            return there;
          });
    }
    for (Future<Integer> done : pool.invokeAll(pushing)) {
      assertThat(done.get()).isNotNegative();
    }
    over.set(true);
    assertThat(sweeping.get()).isNotNegative();
    pool.shutdown();
    for (Digest digest : digests) {
      assertThat(storage.hasBlob("app", digest)).as("named by a manifest").isTrue();
    }
  }

  @Test
  void sweepsWhenTheRegistryStarts() throws Exception {
    Digest forgotten = blob("app", "forgotten");
    age();
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (RegistryServer server = RegistryServer.start(folder, any)) {
      Instant deadline = Instant.now().plusSeconds(20);
      while (Files.exists(storage.blob(forgotten)) && Instant.now().isBefore(deadline)) {
        Thread.sleep(20);
      }
      HttpResponse<Void> reply =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("http://" + server.host() + "/v2/app/blobs/" + forgotten))
                      .method("HEAD", HttpRequest.BodyPublishers.noBody())
                      .build(),
                  HttpResponse.BodyHandlers.discarding());
      assertThat(reply.statusCode()).isEqualTo(404);
    }
  }
}
