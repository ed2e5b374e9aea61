package dev.wadah.build;

import static dev.wadah.build.BoxRequest.NOWHERE;
import static dev.wadah.build.BoxRequest.caches;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.build.BuildProgress.Outcome;
import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.BuildRequest.SharedCache;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Machines that share a cache: stores of their own, and a registry or a folder between them. */
@Tag("linux")
@Timeout(120)
class SharedCacheTest {
  private static final String DOCKERFILE =
      """
      FROM box AS build
      COPY f /f
      RUN head -c 300000 /dev/urandom > /big; cat /f > /made
      FROM box
      RUN head -c 200000 /dev/urandom > /other
      WORKDIR /w
      COPY --from=build /made /made
      LABEL done=yes
      """;

  @TempDir Path folder;
  private TestRegistry registry;
  private Path context;
  private int machines;

  @BeforeEach
  void makeContext() throws IOException {
    assumeTrue(BoxImage.usable(), "needs root and a static /bin/busybox");
    context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("f"), "content\n");
    Files.writeString(context.resolve("Dockerfile"), DOCKERFILE);
  }

  @AfterEach
  void stopRegistry() throws IOException {
    if (registry != null) {
      registry.close();
    }
  }

  private void start(TestRegistry.Kind kind) throws IOException {
    assumeTrue(TestRegistry.usable(kind), "the registry is not installed");
    registry = TestRegistry.start(kind, folder.resolve("registry"));
  }

  /** One machine: a store, and what went over its wire. */
  private final class Machine {
    private final CountingRegistry wire;
    private final Engine engine;
    private Outcomes outcomes = new Outcomes();
    private BuildResult result;

    Machine() throws IOException {
      Engine plain = BoxImage.store(folder.resolve("store" + ++machines));
      wire = new CountingRegistry(plain.registry());
      engine = CountingRegistry.counted(plain, wire);
    }

    Machine build(Path from, CacheRequest cache, OutputRequest... outputs) throws Exception {
      outcomes = new Outcomes();
      wire.layerBytesDown.set(0);
      wire.layerBytesUp.set(0);
      wire.requests.set(0);
      BuildRequest request = BoxRequest.of(from).cache(cache).outputs(outputs).names().make();
      result = new Builder(engine).build(request, outcomes);
      return this;
    }

    Machine build(CacheRequest cache, OutputRequest... outputs) throws Exception {
      return build(context, cache, outputs);
    }

    Image image() {
      return result.images().values().iterator().next();
    }

    List<Outcome> runs() {
      return outcomes.of("] RUN");
    }

    List<Outcome> steps() {
      return Stream.of("] RUN", "] COPY", "] WORKDIR")
          .flatMap(s -> outcomes.of(s).stream())
          .toList();
    }

    String read(String path) throws IOException {
      FileTree tree = engine.layers().tree(image().layers());
      try (InputStream in = tree.open(path)) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }

    List<String> warnings() {
      return result.warnings().stream().map(Diagnostic::message).toList();
    }
  }

  private SharedCache inRegistry(String name, String... attributes) {
    Map<String, String> all = new java.util.HashMap<>(Map.of("ref", registry.host() + "/" + name));
    for (String attribute : attributes) {
      all.put(attribute.split("=", 2)[0], attribute.split("=", 2)[1]);
    }
    return new SharedCache("registry", all);
  }

  private CacheRequest both(String name) {
    return caches(List.of(inRegistry(name)), List.of(inRegistry(name, "mode=max")));
  }

  private OutputRequest push(String name) {
    return BoxRequest.push(registry.host() + "/" + name);
  }

  @ParameterizedTest
  @EnumSource
  void runsNothingAndDownloadsNothingWhereAnotherMachineWas(TestRegistry.Kind kind)
      throws Exception {
    start(kind);
    Machine first = new Machine().build(both("app:cache"), push("app:1"));
    assertThat(first.runs()).containsExactly(Outcome.DONE, Outcome.DONE);
    assertThat(first.warnings()).isEmpty();
    // COPY and the LABEL come after the steps that are cached, and need no byte of them.
    Path base = Files.createDirectory(folder.resolve("base"));
    Files.writeString(base.resolve("Dockerfile"), "FROM box\n");
    Machine second = new Machine().build(base, caches(List.of(), List.of()), push("base:1"));
    second.build(both("app:cache"), push("sibling:1"));
    assertThat(second.steps()).hasSize(5).containsOnly(Outcome.CACHED);
    assertThat(second.wire.layerBytesDown).hasValue(0);
    assertThat(second.wire.layerBytesUp).as("blobs are mounted").hasValue(0);
    assertThat(second.image().id()).isEqualTo(first.image().id());
    assertThat(second.warnings()).isEmpty();
    // What is known of unfetched layers is enough for the next time.
    second.build(caches(List.of(inRegistry("app:cache")), List.of()), NOWHERE);
    assertThat(second.steps()).hasSize(5).containsOnly(Outcome.CACHED);
    assertThat(second.wire.requests).hasValue(0);
    assertThat(second.read("/made")).isEqualTo("content\n");
  }

  @Test
  void asksNobodyWhenThisMachineKnowsEverything() throws Exception {
    start(TestRegistry.Kind.OURS);
    Machine machine = new Machine().build(both("app:cache"), NOWHERE);
    machine.build(caches(List.of(inRegistry("app:cache")), List.of()), NOWHERE);
    assertThat(machine.steps()).containsOnly(Outcome.CACHED);
    assertThat(machine.wire.requests).hasValue(0);
  }

  @Test
  void fetchesOnlyTheLayersThatAStepReads() throws Exception {
    start(TestRegistry.Kind.OURS);
    new Machine().build(both("app:cache"), NOWHERE);
    Files.writeString(context.resolve("Dockerfile"), DOCKERFILE + "COPY --from=build /f /again\n");
    Machine second = new Machine().build(both("app:cache"), NOWHERE);
    assertThat(second.outcomes.of("COPY --from=build /f")).containsExactly(Outcome.DONE);
    assertThat(second.runs()).containsOnly(Outcome.CACHED);
    // The layers of stage "build" hold /f; those of the last stage are looked at for the target.
    assertThat(second.read("/again")).isEqualTo("content\n");
    assertThat(second.wire.layerBytesDown.get()).isGreaterThan(0);

    Files.writeString(context.resolve("Dockerfile"), DOCKERFILE + "COPY --link f /again\n");
    Machine third = new Machine().build(both("app:cache"), NOWHERE);
    assertThat(third.outcomes.of("COPY --link")).containsExactly(Outcome.DONE);
    assertThat(third.wire.layerBytesDown).hasValue(0);
  }

  @Test
  void findsTheSameKeysInAnotherCheckout() throws Exception {
    start(TestRegistry.Kind.OURS);
    new Machine().build(both("app:cache"), NOWHERE);
    Path other = Files.createDirectories(folder.resolve("some/where/else"));
    for (String name : List.of("f", "Dockerfile")) {
      Path copy = Files.copy(context.resolve(name), other.resolve(name));
      // As of a user whose umask is 002, a year ago.
      Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-rw-r--"));
      Files.setAttribute(copy, "unix:uid", 1234);
      Files.setLastModifiedTime(copy, FileTime.fromMillis(1_600_000_000_000L));
    }
    Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rwxrwx---"));
    Machine second = new Machine().build(other, both("app:cache"), NOWHERE);
    assertThat(second.steps()).hasSize(5).containsOnly(Outcome.CACHED);
  }

  @Test
  void doesEveryStepWhenToldTo() throws Exception {
    start(TestRegistry.Kind.OURS);
    new Machine().build(both("app:cache"), NOWHERE);
    SharedCache cache = inRegistry("app:cache");
    Machine all = new Machine();
    all.build(new CacheRequest(true, Set.of(), List.of(cache), List.of()), NOWHERE);
    assertThat(all.steps()).containsOnly(Outcome.DONE);
    assertThat(all.wire.requests).hasValue(0);
    Machine stage = new Machine();
    stage.build(new CacheRequest(false, Set.of("build"), List.of(cache), List.of()), NOWHERE);
    assertThat(stage.outcomes.of("big")).containsExactly(Outcome.DONE);
    assertThat(stage.outcomes.of("other")).containsExactly(Outcome.CACHED);
  }

  @Test
  void keepsInModeMinWhatTheImageHolds() throws Exception {
    start(TestRegistry.Kind.OURS);
    new Machine()
        .build(caches(List.of(), List.of(inRegistry("app:min", "compression=zstd"))), NOWHERE);
    Machine second = new Machine();
    second.build(caches(List.of(inRegistry("app:min")), List.of()), push("app:2"));
    assertThat(second.outcomes.of("big")).containsExactly(Outcome.DONE);
    assertThat(second.outcomes.of("other")).containsExactly(Outcome.CACHED);
    assertThat(second.wire.layerBytesDown).hasValue(0);
    assertThat(second.image().manifest().layers().get(1).mediaType()).endsWith("+zstd");
  }

  @Test
  void readsSeveralPlacesAndWritesSeveral() throws Exception {
    start(TestRegistry.Kind.OURS);
    SharedCache local =
        new SharedCache("local", Map.of("dest", folder.resolve("cache").toString(), "mode", "max"));
    SharedCache read = new SharedCache("local", Map.of("src", folder.resolve("cache").toString()));
    new Machine().build(caches(List.of(), List.of(inRegistry("a:1", "mode=max"), local)), NOWHERE);
    Machine second = new Machine();
    second.build(caches(List.of(inRegistry("nothing:here"), read), List.of()));
    assertThat(second.steps()).hasSize(5).containsOnly(Outcome.CACHED);
    assertThat(second.warnings()).hasSize(1).first().asString().contains("nothing is there yet");
    // The folder may be gone tomorrow, so an image in the store has its layers.
    for (DiffId layer : second.image().config().diffIds()) {
      assertThat(second.engine.layers().isHere(layer)).isTrue();
    }
    Machine third = new Machine();
    third.build(caches(List.of(read, inRegistry("a:1")), List.of()), NOWHERE);
    assertThat(third.steps()).containsOnly(Outcome.CACHED);
  }

  @Test
  void leavesTheConfigAloneWhenTheCacheIsInline() throws Exception {
    start(TestRegistry.Kind.OURS);
    Machine first = new Machine();
    first.build(
        caches(List.of(), List.of(new SharedCache("inline", Map.of()))), push("app:inline"));
    Digest with = first.image().id();
    first.build(caches(List.of(), List.of()), push("app:plain"));
    assertThat(first.image().id()).isEqualTo(with);

    Machine second = new Machine();
    second.build(caches(List.of(inRegistry("app:inline")), List.of()), NOWHERE);
    assertThat(second.outcomes.of("other")).containsExactly(Outcome.CACHED);
    assertThat(second.outcomes.of("big")).containsExactly(Outcome.DONE);
    Machine third = new Machine();
    third.build(caches(List.of(inRegistry("app:plain")), List.of()), NOWHERE);
    assertThat(third.steps()).containsOnly(Outcome.DONE);
    assertThat(third.warnings()).hasSize(1).first().asString().contains("without an inline cache");
  }

  @ParameterizedTest
  @EnumSource
  void losesNoRecordWhenEightMachinesWriteAtOnce(TestRegistry.Kind kind) throws Exception {
    start(kind);
    List<Path> contexts = new ArrayList<>();
    List<Callable<Machine>> tasks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Path own = Files.createDirectory(folder.resolve("context" + i));
      Files.writeString(
          own.resolve("Dockerfile"), "FROM box\nRUN echo " + i + " > /f\nRUN cat /f\n");
      contexts.add(own);
      Machine machine = new Machine();
      tasks.add(() -> machine.build(own, both("app:cache"), NOWHERE));
    }
    ExecutorService pool = Executors.newFixedThreadPool(8);
    for (Future<Machine> done : pool.invokeAll(tasks)) {
      assertThat(done.get().runs()).containsOnly(Outcome.DONE);
    }
    pool.shutdown();
    Machine last = new Machine();
    for (Path own : contexts) {
      last.build(own, caches(List.of(inRegistry("app:cache")), List.of()), NOWHERE);
      assertThat(last.runs()).as(own.toString()).containsExactly(Outcome.CACHED, Outcome.CACHED);
    }
  }

  @Test
  void findsWhatWasBuiltOnAnotherMachinesRunOfTheSameStep() throws Exception {
    start(TestRegistry.Kind.OURS);
    String common =
        """
        FROM box AS tools
        RUN head -c 9999 /dev/urandom > /tool
        FROM box
        RUN head -c 9999 /dev/urandom > /common
        COPY --from=tools /tool /tool
        """;
    List<Path> contexts = new ArrayList<>();
    for (String name : List.of("one", "two", "three")) {
      Path own = Files.createDirectory(folder.resolve(name));
      Files.writeString(
          own.resolve("Dockerfile"), common + "RUN echo " + name + " > /own\nRUN cat /own > /n\n");
      contexts.add(own);
      // None of them reads the cache, so each makes /tool and /common anew.
      new Machine()
          .build(own, caches(List.of(), List.of(inRegistry("app:cache", "mode=max"))), NOWHERE);
    }
    CacheRequest from = caches(List.of(inRegistry("app:cache")), List.of());
    for (Path own : contexts) {
      Machine empty = new Machine().build(own, from, push("app:" + own.getFileName()));
      assertThat(empty.steps()).as(own.toString()).containsOnly(Outcome.CACHED);
      assertThat(empty.read("/n").strip()).isEqualTo(own.getFileName().toString());
    }
    // A machine with its own run of the common steps finds the others' steps all the same.
    Machine forked = new Machine();
    forked.build(contexts.get(0), caches(List.of(), List.of()), NOWHERE);
    forked.build(contexts.get(1), from, NOWHERE);
    assertThat(forked.steps()).containsOnly(Outcome.CACHED);
    assertThat(forked.read("/n")).isEqualTo("two\n");
    // But what was done anew on purpose is what the rest is built on.
    Machine fresh = new Machine();
    fresh.build(
        contexts.get(2),
        new CacheRequest(false, Set.of("tools"), List.of(inRegistry("app:cache")), List.of()),
        NOWHERE);
    assertThat(fresh.outcomes.of("[tools")).containsOnly(Outcome.DONE);
    assertThat(fresh.outcomes.of("common")).containsExactly(Outcome.CACHED);
    assertThat(fresh.outcomes.of("COPY")).containsExactly(Outcome.DONE);
    assertThat(fresh.outcomes.of("cat /own")).containsExactly(Outcome.DONE);
  }

  @Test
  void refusesToReplaceAnImage() throws Exception {
    start(TestRegistry.Kind.OURS);
    Machine machine = new Machine().build(caches(List.of(), List.of()), push("app:1"));
    CacheRequest onImage = caches(List.of(), List.of(inRegistry("app:1")));
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> machine.build(onImage, NOWHERE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is an image");
    machine.build(caches(List.of(), List.of(inRegistry("app:1", "ignore-error=true"))), NOWHERE);
    assertThat(machine.warnings()).hasSize(1).first().asString().contains("was not written");
  }

  @Test
  void namesNoLayerForAStepThatChangedNothing() throws Exception {
    start(TestRegistry.Kind.OURS);
    Files.writeString(context.resolve("Dockerfile"), "FROM box\nRUN true\n");
    Machine first = new Machine().build(both("app:cache"), NOWHERE);
    assertThat(first.image().config().diffIds()).endsWith(LayerStore.EMPTY);
    Machine second = new Machine().build(both("app:cache"), push("app:1"));
    assertThat(second.runs()).containsExactly(Outcome.CACHED);
    assertThat(second.image().id()).isEqualTo(first.image().id());
  }
}
