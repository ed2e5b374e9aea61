package dev.wadah.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.build.BuildProgress.Outcome;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.BuildRequest.SharedCache;
import dev.wadah.build.HangingRegistry.Way;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.engine.Engine;
import dev.wadah.image.ImageStore;
import dev.wadah.oci.Digest;
import dev.wadah.registry.HttpRegistry;
import dev.wadah.registry.Registry;
import dev.wadah.registry.RetryPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A shared cache that hangs: a warning and a short wait, and the build's result all the same. Where
 * a test means one request, the others must come in time on a machine that is busy, too.
 */
@Tag("linux")
@Timeout(120)
class HangingCacheTest {
  /**
   * Far above some seconds of silence and a small build, far below a minute, the usual patience.
   */
  private static final Duration SOON = Duration.ofSeconds(20);

  private static final String DOCKERFILE =
      """
      FROM box
      RUN echo one > /one; seq 20000 > /numbers
      RUN echo two > /two
      """;

  @TempDir Path folder;
  private TestRegistry registry;
  private HangingRegistry front;
  private Path context;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(BoxImage.usable(), "needs root and a static /bin/busybox");
    registry = TestRegistry.start(TestRegistry.Kind.OURS, folder.resolve("registry"));
    front = new HangingRegistry(registry.host());
    context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), DOCKERFILE);
  }

  @AfterEach
  void stop() throws IOException {
    if (front != null) {
      front.close();
      registry.close();
    }
  }

  /** How many seconds a cache may be silent. */
  private enum Patience {
    /** Of a build that comes to the same result whether other requests are answered or not. */
    SHORTEST(1),
    /** Of a build that takes records from the cache: three answers within this time. */
    SHORT(3),
    /** Of a build that fills the cache, and waits for the disk. */
    USUAL(60);

    private final int seconds;

    Patience(int seconds) {
      this.seconds = seconds;
    }
  }

  /** A store of its own. */
  private Engine engine(String name, Patience patience) throws IOException {
    Engine plain = BoxImage.store(folder.resolve(name));
    Registry hurried =
        new HttpRegistry(
            Map.of("HOME", "/nonexistent", "WADAH_CACHE_TIMEOUT", "" + patience.seconds),
            RetryPolicy.DEFAULT);
    return new Engine(
        plain.store(),
        plain.content(),
        plain.layers(),
        plain.snapshots(),
        new ImageStore(plain.store(), plain.content(), plain.layers(), hurried),
        hurried,
        plain.sandbox());
  }

  private SharedCache cache() {
    return new SharedCache("registry", Map.of("ref", front.host() + "/app:cache", "mode", "max"));
  }

  private SharedCache source() {
    return new SharedCache("registry", Map.of("ref", front.host() + "/app:cache"));
  }

  private BuildResult build(
      Engine engine, List<SharedCache> from, List<SharedCache> to, Outcomes outcomes)
      throws Exception {
    BuildRequest request =
        BoxRequest.of(context)
            .cache(BoxRequest.caches(from, to))
            .outputs(new OutputRequest("image", Optional.empty(), Map.of()))
            .names("built:1")
            .make();
    return new Builder(engine).build(request, outcomes);
  }

  private static List<String> warnings(BuildResult result) {
    return result.warnings().stream().map(Diagnostic::message).toList();
  }

  private static void check(Engine engine, BuildResult result) throws IOException {
    var tree = engine.layers().tree(result.images().values().iterator().next().layers());
    try (InputStream file = tree.open("/two")) {
      assertThat(new String(file.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("two\n");
    }
    assertThat(engine.images().target("built:1")).as("the result is not lost").isPresent();
    assertThat(engine.content().verify()).isEmpty();
    assertThat(engine.layers().verify()).isEmpty();
  }

  @ParameterizedTest(name = "{1} at {0}")
  @CsvSource({
    "GET /v2/$, SILENT",
    "GET /v2/app/manifests, SILENT",
    "GET /v2/app/manifests, HEAD_ONLY",
    "GET /v2/app/manifests, DRIP",
    "GET /v2/app/blobs, SILENT",
    "GET /v2/app/blobs, HEAD_ONLY",
    "GET /v2/app/blobs, DRIP"
  })
  void delaysABuildByASilenceWhenItsRecordsDoNotCome(String requests, Way way) throws Exception {
    build(engine("first", Patience.USUAL), List.of(), List.of(cache()), new Outcomes());
    front.hang(requests, way);
    Engine engine = engine("second", Patience.SHORT);
    Outcomes outcomes = new Outcomes();
    long start = System.nanoTime();
    BuildResult result = build(engine, List.of(source()), List.of(), outcomes);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    assertThat(front.hung()).isEqualTo(1);
    assertThat(outcomes.of("] RUN")).containsExactly(Outcome.DONE, Outcome.DONE);
    assertThat(warnings(result)).hasSize(1).first().asString().contains("/app:cache");
    check(engine, result);
  }

  /** Whether by too few bytes, or by too many of them for the time that steps may wait. */
  @ParameterizedTest
  @CsvSource({"TRICKLE", "SLOW"})
  void waitsNoLongerForNamesThatDrip(Way way) throws Exception {
    String names =
        """
        RUN mkdir /many; cd /many; head -c 96000 /dev/urandom \
          | hexdump -v -e '16/1 "%02x" "\\n"' | xargs touch
        COPY f /many/
        """;
    Files.writeString(context.resolve("f"), "first");
    Files.writeString(context.resolve("Dockerfile"), DOCKERFILE + names);
    build(engine("first", Patience.USUAL), List.of(), List.of(cache()), new Outcomes());
    front.hang("GET /v2/app/blobs/" + longestIndex(), way);
    Files.writeString(context.resolve("f"), "second");
    Engine engine = engine("second", Patience.SHORT);
    Outcomes outcomes = new Outcomes();
    long start = System.nanoTime();
    BuildResult result = build(engine, List.of(source()), List.of(), outcomes);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    assertThat(front.hung()).isEqualTo(1);
    assertThat(outcomes.of("] RUN")).containsOnly(Outcome.CACHED);
    assertThat(outcomes.of("] COPY")).containsExactly(Outcome.DONE);
    assertThat(warnings(result)).hasSize(1).first().asString().contains("the names in layer blob");
    check(engine, result);
  }

  private String longestIndex() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("registry"))) {
      Path longest = null;
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        try (InputStream in = Files.newInputStream(file)) {
          boolean isIndex =
              new String(in.readNBytes(10), StandardCharsets.ISO_8859_1).equals("wadah idx1");
          if (isIndex && (longest == null || Files.size(file) > Files.size(longest))) {
            longest = file;
          }
        }
      }
      assertThat(longest).as("an index in the cache").isNotNull();
      assertThat(Files.size(longest)).as("bytes of the index").isGreaterThan(80_000);
      return Digest.of(Files.readAllBytes(longest)).toString();
    }
  }

  @Test
  void isNotAskedByABuildOfWhichEverythingIsHere() throws Exception {
    Engine engine = engine("first", Patience.SHORT);
    build(engine, List.of(), List.of(cache()), new Outcomes());
    front.hang("", Way.SILENT);
    Outcomes outcomes = new Outcomes();
    BuildResult result = build(engine, List.of(source()), List.of(), outcomes);
    assertThat(outcomes.of("] RUN")).containsExactly(Outcome.CACHED, Outcome.CACHED);
    assertThat(front.hung()).isZero();
    assertThat(warnings(result)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"SILENT", "HEAD_ONLY", "DRIP", "TRICKLE"})
  void isLeftOutWhenItPromisesLayersThatDoNotCome(Way way) throws Exception {
    build(engine("first", Patience.USUAL), List.of(), List.of(cache()), new Outcomes());
    // The records come, and layers do not.
    Outcomes outcomes = new Outcomes();
    build(engine("second", Patience.USUAL), List.of(source()), List.of(), outcomes);
    assertThat(outcomes.of("] RUN")).containsExactly(Outcome.CACHED, Outcome.CACHED);
    front.hang("GET /v2/app/blobs", way);
    Files.writeString(
        context.resolve("Dockerfile"), DOCKERFILE + "RUN cat /one /two /numbers > /three\n");
    Engine engine = engine("second", Patience.SHORT);
    outcomes = new Outcomes();
    long start = System.nanoTime();
    BuildResult result = build(engine, List.of(source()), List.of(cache()), outcomes);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    assertThat(outcomes.of("] RUN")).containsOnly(Outcome.DONE);
    assertThat(warnings(result))
        .anyMatch(warning -> warning.contains("is of no use"))
        .anyMatch(warning -> warning.contains("was not written: its registry does not answer"));
    check(engine, result);
  }

  @ParameterizedTest(name = "{1} at {0}")
  @CsvSource({
    "GET /v2/$, SILENT",
    "GET /v2/app/manifests, SILENT",
    "HEAD /v2/app/blobs, SILENT",
    "POST /v2/app/blobs, SILENT",
    "PUT /v2/app/blobs, SILENT",
    "PUT /v2/app/blobs, DEAF",
    "PUT /v2/app/manifests, SILENT",
    "PUT /v2/app/manifests, DEAF"
  })
  void isNoFailureOfTheBuildThatWritesIt(String requests, Way way) throws Exception {
    front.hang(requests, way);
    Engine engine = engine("first", Patience.SHORTEST);
    long start = System.nanoTime();
    BuildResult result = build(engine, List.of(), List.of(cache(), cache()), new Outcomes());
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    assertThat(warnings(result)).hasSize(2);
    assertThat(warnings(result))
        .allMatch(warning -> warning.contains("/app:cache was not written"));
    assertThat(warnings(result).get(1)).as("asked once").contains("does not answer");
    check(engine, result);
  }

  @Test
  void isAskedOnceByABuildThatReadsAndWritesIt() throws Exception {
    front.hang("GET /v2/app", Way.SILENT);
    Engine engine = engine("first", Patience.SHORT);
    BuildResult result = build(engine, List.of(source()), List.of(cache()), new Outcomes());
    assertThat(front.hung()).isEqualTo(1);
    assertThat(warnings(result)).hasSize(2);
    check(engine, result);
  }

  @Test
  void failsTheBuildWhenItIsRefusedAtOnce() throws Exception {
    registry.close();
    Engine engine = engine("first", Patience.SHORT);
    IOException failure =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            IOException.class,
            () ->
                build(
                    engine,
                    List.of(),
                    List.of(
                        new SharedCache("registry", Map.of("ref", registry.host() + "/app:cache"))),
                    new Outcomes()));
    assertThat(failure).hasMessageContaining("refused");
    assertThat(engine.images().target("built:1")).as("the result is not lost").isPresent();
  }
}
