package dev.wadah.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.wadah.build.BuildProgress.Outcome;
import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.SharedCache;
import dev.wadah.build.cache.CacheStore;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.engine.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A shared cache that is damaged or lies: a warning, the right image, a store that verifies. */
@Tag("linux")
@Timeout(120)
class BrokenCacheTest {
  private static final String DOCKERFILE =
      """
      FROM box
      RUN echo one > /one; head -c 5000 /dev/urandom > /noise
      COPY f /f
      RUN echo two > /two
      """;

  @TempDir Path folder;
  private TestRegistry registry;
  private StoredCache cache;
  private Path context;

  @BeforeEach
  void fillACache() throws Exception {
    assumeTrue(BoxImage.usable(), "needs root and a static /bin/busybox");
    registry = TestRegistry.start(TestRegistry.Kind.OURS, folder.resolve("registry"));
    cache = new StoredCache(registry.folder());
    context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("f"), "content\n");
    Files.writeString(context.resolve("Dockerfile"), DOCKERFILE);
    SharedCache to = new SharedCache("registry", Map.of("ref", ref(), "mode", "max"));
    Engine engine = BoxImage.store(folder.resolve("first"));
    build(engine, BoxRequest.caches(List.of(), List.of(to)), new Outcomes());
  }

  @AfterEach
  void stop() throws IOException {
    if (registry != null) {
      registry.close();
    }
  }

  private String ref() {
    return registry.host() + "/app:cache";
  }

  private BuildResult build(Engine engine, CacheRequest cache, Outcomes outcomes) throws Exception {
    BuildRequest request = BoxRequest.of(context).cache(cache).outputs(BoxRequest.NOWHERE).make();
    return new Builder(engine).build(request, outcomes);
  }

  /** Does something to the cache that lies in the registry's folder. */
  @FunctionalInterface
  interface Damage {
    void to(StoredCache cache) throws IOException;
  }

  private static Arguments damage(String name, String warning, Damage damage) {
    return Arguments.of(name, warning, damage);
  }

  static Stream<Arguments> brokenRecords() {
    return Stream.of(
        damage("no tag", "nothing is there", c -> Files.delete(c.tag())),
        damage(
            "HTML for a manifest", "what came is", c -> Files.writeString(c.manifest(), "<html>")),
        damage("a manifest that is cut off", "no valid", c -> c.retag(c.cut(c.manifest()))),
        damage("a manifest of 9 MiB", "MiB", c -> c.retag(" ".repeat(9 << 20).getBytes(UTF_8))),
        damage("an empty manifest", "", c -> c.retag(new byte[0])),
        damage("no config", "", c -> Files.delete(c.config())),
        damage("a config that is cut off", "", c -> Files.write(c.config(), c.cut(c.config()))),
        damage("a config with one other byte", "expected", c -> c.flip(c.config())),
        damage(
            "records that are no JSON",
            "no valid JSON",
            c -> c.records("{\"version\":1,".getBytes(UTF_8))),
        damage("records of another version", "version 7", c -> c.edit(r -> r.put("version", 7))),
        damage(
            "a layer that is not there", "not there", c -> c.editResult(r -> r.put("layer", 99))),
        damage("a layer below all", "out of range", c -> c.editResult(r -> r.put("layer", -5))),
        damage(
            "a layer far beyond", "out of range", c -> c.editResult(r -> r.put("layer", 1L << 62))),
        damage(
            "a path for a key",
            "digest",
            c -> c.editResult(r -> r.put("key", "../../../../etc/passwd"))),
        damage(
            "a time beyond all",
            "out of range",
            c -> c.editResult(r -> r.put("created", 1L << 60))),
        damage("a claim of another's key", "claim the key", c -> c.edit(StoredCache::doubled)),
        damage("a text for a list", "START_ARRAY", c -> c.edit(r -> r.put("results", "none"))),
        damage(
            "a path for a diffID",
            "digest",
            c -> c.edit(r -> ((ArrayNode) r.get("diffIds")).set(0, "sha256:../../x"))),
        damage("more diffIDs than layers", "layers", c -> c.edit(StoredCache::crowded)),
        damage(
            "records of 10 GB",
            "larger",
            c -> c.editManifest(m -> ((ObjectNode) m.get("config")).put("size", 10_000_000_000L))),
        damage(
            "another program's cache",
            "BuildKit",
            c ->
                c.editManifest(
                    m ->
                        ((ObjectNode) m.get("config"))
                            .put("mediaType", "application/vnd.buildkit.cacheconfig.v0"))),
        damage(
            "an artifact",
            "artifact",
            c ->
                c.editManifest(
                    m -> ((ObjectNode) m.get("config")).put("mediaType", "application/x"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenRecords")
  void isNoneWhenItsRecordsAreBroken(String name, String warning, Damage damage) throws Exception {
    damage.to(cache);
    Engine engine = BoxImage.store(folder.resolve("second"));
    Outcomes outcomes = new Outcomes();
    BuildResult result = build(engine, from(ref()), outcomes);
    assertThat(outcomes.of("] RUN")).containsExactly(Outcome.DONE, Outcome.DONE);
    assertThat(warnings(result)).hasSize(1).first().asString().contains(ref()).contains(warning);
    check(engine, result);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"missing", "cut off", "other JSON"})
  void isMendedByTheNextWriter(String records) throws Exception {
    switch (records) {
      case "missing" -> Files.delete(cache.config());
      case "cut off" -> Files.write(cache.config(), cache.cut(cache.config()));
      default -> cache.records("[]".getBytes(UTF_8));
    }
    SharedCache to = new SharedCache("registry", Map.of("ref", ref(), "mode", "max"));
    CacheRequest write = BoxRequest.caches(List.of(), List.of(to));
    build(BoxImage.store(folder.resolve("second")), write, new Outcomes());
    Outcomes outcomes = new Outcomes();
    Engine third = BoxImage.store(folder.resolve("third"));
    BuildResult result = build(third, from(ref()), outcomes);
    assertThat(outcomes.of("] RUN")).containsExactly(Outcome.CACHED, Outcome.CACHED);
    assertThat(result.warnings()).isEmpty();
    check(third, result);
  }

  static Stream<Arguments> brokenLayers() {
    return Stream.of(
        damage("a layer that is gone", "", c -> Files.delete(c.layer(0))),
        damage("a layer that is cut off", "", c -> Files.write(c.layer(0), c.cut(c.layer(0)))),
        damage("a layer with one other byte", "", c -> c.flip(c.layer(0))),
        damage("all layers are gone", "", StoredCache::deleteLayers),
        damage("layers under each other's diffID", "", c -> c.edit(StoredCache::turned)),
        damage("a layer of 10 GB", "", c -> c.editManifest(StoredCache::huge)),
        damage("a layer that leads out of the root", "", StoredCache::escape));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenLayers")
  void doesStepsAfterAllWhenTheirLayersAreBroken(String name, String warning, Damage damage)
      throws Exception {
    damage.to(cache);
    // A further step needs all files of the steps that were skipped.
    Files.writeString(
        context.resolve("Dockerfile"), DOCKERFILE + "RUN cat /one /two /f > /three\n");
    Engine engine = BoxImage.store(folder.resolve("second"));
    Outcomes outcomes = new Outcomes();
    BuildResult result = build(engine, from(ref()), outcomes);
    assertThat(outcomes.of("three")).containsExactly(Outcome.DONE);
    assertThat(warnings(result)).isNotEmpty().allMatch(w -> w.contains(ref()));
    check(engine, result);
    assertThat(read(engine, result, "/three")).isEqualTo("one\ntwo\ncontent\n");
    assertThat(folder.resolve("evil")).doesNotExist();
  }

  @Test
  void goesOnWithoutARegistryThatIsNone() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] page = "<html>please log in</html>".getBytes(UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    server.start();
    try {
      Engine engine = BoxImage.store(folder.resolve("second"));
      String place = "localhost:" + server.getAddress().getPort() + "/app:cache";
      BuildResult result = build(engine, from(place), new Outcomes());
      assertThat(warnings(result)).hasSize(1).first().asString().contains("HTML");
      check(engine, result);
    } finally {
      server.stop(0);
    }
  }

  private CacheRequest from(String ref) {
    return new CacheRequest(
        false, Set.of(), List.of(new SharedCache("registry", Map.of("ref", ref))), List.of());
  }

  private static List<String> warnings(BuildResult result) {
    return result.warnings().stream().map(Diagnostic::message).toList();
  }

  private void check(Engine engine, BuildResult result) throws IOException {
    assertThat(read(engine, result, "/one")).isEqualTo("one\n");
    assertThat(read(engine, result, "/two")).isEqualTo("two\n");
    assertThat(read(engine, result, "/f")).isEqualTo("content\n");
    assertThat(engine.content().verify()).isEmpty();
    assertThat(engine.layers().verify()).isEmpty();
    assertThat(new CacheStore(engine.store(), engine.layers()).verify()).isEmpty();
  }

  private static String read(Engine engine, BuildResult result, String path) throws IOException {
    var tree = engine.layers().tree(result.images().values().iterator().next().layers());
    try (InputStream in = tree.open(path)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
