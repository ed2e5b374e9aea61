package dev.wadah.build;

import static dev.wadah.build.BoxRequest.NOWHERE;
import static dev.wadah.build.BoxRequest.OWN_CACHE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.Copies;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.BuildRequest.SharedCache;
import dev.wadah.build.BuildRequest.StepRequest;
import dev.wadah.build.export.Built;
import dev.wadah.build.export.Exporter;
import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.image.ImageVerification;
import dev.wadah.image.transfer.ImageCompression;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.LayerStack;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * COPY, ADD and WORKDIR on a base that lies in a registry. Whatever is known of the base, the image
 * is the one that a machine makes on which the base is unpacked.
 */
@Tag("linux")
@Timeout(120)
class LazyCopyTest {
  @TempDir Path folder;
  private TestRegistry registry;
  private Path context;
  private int stores;

  @BeforeEach
  void makeContext() throws IOException {
    assumeTrue(BoxImage.usable(), "unpacking a base needs root");
    context = Files.createDirectory(folder.resolve("context"));
    Files.createDirectories(context.resolve("d/l"));
    Files.createDirectory(context.resolve("d/d"));
    Files.deleteIfExists(context.resolve("d/l"));
    Files.writeString(context.resolve("d/d/x"), "x");
    touch("first");
  }

  @AfterEach
  void stop() throws IOException {
    if (registry != null) {
      registry.close();
    }
  }

  private void touch(String content) throws IOException {
    Files.writeString(context.resolve("f"), content);
  }

  private void start(TestRegistry.Kind kind) throws IOException {
    assumeTrue(TestRegistry.usable(kind), "the registry is not installed");
    registry = TestRegistry.start(kind, folder.resolve("registry" + stores));
  }

  private ImageReference name(String path) {
    return ImageReference.parse(registry.host() + "/" + path);
  }

  private Engine store() throws IOException {
    return Engine.open(folder.resolve("store" + stores++));
  }

  /** One machine, and what goes over its wire. */
  private final class Machine {
    private final Engine plain;
    private CountingRegistry wire;
    private List<String> warnings = List.of();
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private Copies copies = Copies.AS_WRITTEN;
    private Engine engine;

    /** Keeps what steps print. */
    private final class Said implements BuildProgress {
      @Override
      public void output(VertexName vertex, int stream, byte[] bytes) {
        said.add(new String(bytes, StandardCharsets.UTF_8));
      }
    }

    Machine() throws IOException {
      this(store());
    }

    Machine(Engine engine) {
      plain = engine;
      count();
    }

    /** Begins to count anew, as another process. */
    private void count() {
      wire = new CountingRegistry(plain.registry());
      engine = CountingRegistry.counted(plain, wire);
    }

    List<DiffId> build(String dockerfile, CacheRequest cache, OutputRequest... outputs)
        throws Exception {
      Files.writeString(context.resolve("Dockerfile"), dockerfile);
      BuildRequest request =
          BoxRequest.of(context)
              .pull(PullPolicy.MISSING)
              .cache(cache)
              .steps(new StepRequest("default", List.of(), Set.of(), Limits.NONE, copies))
              .outputs(outputs)
              .names()
              .make();
      BuildResult result = new Builder(engine).build(request, new Said());
      warnings = result.warnings().stream().map(Diagnostic::message).toList();
      return result.images().get(Platform.host()).layers().layers();
    }
  }

  private OutputRequest push(String path) {
    return BoxRequest.push(registry.host() + "/" + path);
  }

  private String dockerfile(String base) {
    return "FROM " + name(base) + "\n" + LayeredBase.STEPS;
  }

  /** The layers that a machine makes that has all of the base as files. */
  private List<DiffId> expected(Image base) throws Exception {
    Machine machine = new Machine();
    for (int i = 0; i < base.manifest().layers().size(); i++) {
      Descriptor blob = base.manifest().layers().get(i);
      try (var in = machine.plain.registry().blob(name("team/base:1"), blob)) {
        machine.plain.content().put(in.readAllBytes());
      }
      machine.plain.images().addLayer(base.config().diffIds().get(i), blob);
    }
    machine.plain.layers().lowerDirectories(base.layers());
    try (Stream<Path> indexes =
        Files.list(machine.plain.store().root().resolve("layers/indexes"))) {
      for (Path index : indexes.toList()) {
        Files.delete(index);
      }
    }
    Machine later = new Machine(Engine.open(machine.plain.store().root()));
    List<DiffId> layers = later.build(dockerfile("team/base:1"), OWN_CACHE, NOWHERE);
    assertThat(later.wire.layerBytesDown).hasValue(0);
    return layers;
  }

  private void verify(Machine machine, String path, List<DiffId> layers) throws Exception {
    Descriptor pushed = machine.plain.registry().manifest(name(path)).descriptor();
    assertThat(
            ImageVerification.ofRegistry(machine.plain.registry(), name(path))
                .verify(pushed)
                .problems())
        .isEmpty();
    assertThat(layers).hasSizeGreaterThan(10);
  }

  @ParameterizedTest
  @EnumSource
  void downloadsAPlainBaseOnceAndUnpacksNothing(TestRegistry.Kind kind) throws Exception {
    start(kind);
    Image base = LayeredBase.push(store(), name("team/base:1"));
    List<DiffId> expected = expected(base);
    Machine machine = new Machine();
    List<DiffId> layers = machine.build(dockerfile("team/base:1"), OWN_CACHE, push("team/app:1"));
    assertThat(layers).isEqualTo(expected);
    assertThat(machine.wire.layerGets).hasValue(3);
    assertThat(machine.wire.layerBytesUp.get()).isLessThan(LayeredBase.BIG_BYTES / 10);
    assertThat(folder.resolve("store" + (stores - 1) + "/layers/trees")).isEmptyDirectory();
    verify(machine, "team/app:1", layers);
  }

  @Test
  void tellsHowToSpareADownloadThatWasForNamesOnly() throws Exception {
    start(TestRegistry.Kind.OURS);
    LayeredBase.push(store(), name("team/base:1"));
    String from = "FROM " + name("team/base:1") + "\n";
    String there = " of the base were fetched to see what is at the destination; ";
    Machine copying = new Machine();
    copying.build(from + "COPY f /no/such/folder/\n", OWN_CACHE, NOWHERE);
    assertThat(copying.said).hasSize(1);
    assertThat(copying.said.get(0))
        .matches("[0-9.]+[kM]?B" + there + "--link here or --link-copies spares that\n");
    copying.build(from + "COPY f /no/such/place/\n", OWN_CACHE, NOWHERE);
    assertThat(copying.said).hasSize(1);

    Machine working = new Machine();
    working.build(from + "WORKDIR /no/such/folder\n", OWN_CACHE, NOWHERE);
    assertThat(working.said).singleElement().asString().contains(there + "--link-copies");

    Machine linking = new Machine();
    linking.build(from + "COPY --link f /no/such/folder/\n", OWN_CACHE, NOWHERE);
    assertThat(linking.wire.layerGets).hasValue(0);
    assertThat(linking.said).isEmpty();
  }

  @Test
  void downloadsNothingOfABaseWhoseNamesAreKnown() throws Exception {
    start(TestRegistry.Kind.OURS);
    Image base = LayeredBase.push(store(), name("team/base:1"));
    Machine machine = new Machine();
    machine.build(dockerfile("team/base:1"), OWN_CACHE, NOWHERE);
    for (int i = 0; i < 3; i++) {
      machine.plain.layers().delete(base.config().diffIds().get(i));
      machine.plain.content().delete(base.manifest().layers().get(i).digest());
    }
    touch("second");
    List<DiffId> expected = expected(base);
    Machine later = new Machine(Engine.open(machine.plain.store().root()));
    List<DiffId> layers = later.build(dockerfile("team/base:1"), OWN_CACHE, push("team/app:1"));
    assertThat(later.wire.layerGets).hasValue(0);
    assertThat(later.wire.layerBytesUp.get()).isBetween(1L, LayeredBase.BIG_BYTES / 10L);
    assertThat(layers).isEqualTo(expected);
    verify(later, "team/app:1", layers);
    // an archive needs all bytes, and fetches them now
    Path archive = folder.resolve("image.tar");
    later.build(
        dockerfile("team/base:1"),
        OWN_CACHE,
        new OutputRequest("oci", Optional.of(archive.toString()), Map.of("name", "x")));
    assertThat(later.wire.layerGets).hasValue(3);
    assertThat(archive).isRegularFile();
  }

  @Test
  void goesOnlyAsDeepAsTheQuestions() throws Exception {
    start(TestRegistry.Kind.OURS);
    LayeredBase.push(store(), name("team/base:1"));
    Machine machine = new Machine();
    machine.build("FROM " + name("team/base:1") + "\nCOPY f /keep/there\n", OWN_CACHE, NOWHERE);
    assertThat(machine.wire.layerGets).as("the highest layer has the file").hasValue(1);
    machine.build("FROM " + name("team/base:1") + "\nCOPY f /opt-there\n", OWN_CACHE, NOWHERE);
    assertThat(machine.wire.layerGets).as("the next one has it").hasValue(2);
  }

  @Test
  void asksNothingWhereTheDockerfilesOwnStepsDecide() throws Exception {
    start(TestRegistry.Kind.OURS);
    LayeredBase.push(store(), name("team/base:1"));
    Machine machine = new Machine();
    String own = "COPY --link f /own/f\nCOPY f /own/f\nWORKDIR /own\nCOPY f ./f\n";
    machine.build("FROM " + name("team/base:1") + "\n" + own, OWN_CACHE, NOWHERE);
    assertThat(machine.wire.layerGets).hasValue(0);
    machine.build("FROM " + name("team/base:1") + "\n" + own + "COPY f ./g\n", OWN_CACHE, NOWHERE);
    assertThat(machine.wire.layerGets).as("any layer may have /own/g").hasValue(3);
  }

  private CacheRequest cache(boolean read, boolean write, String mode) {
    String ref = registry.host() + "/team/cache:1";
    return new CacheRequest(
        false,
        Set.of(),
        read ? List.of(new SharedCache("registry", Map.of("ref", ref))) : List.of(),
        write ? List.of(new SharedCache("registry", Map.of("ref", ref, "mode", mode))) : List.of());
  }

  @ParameterizedTest
  @EnumSource
  void takesTheNamesOfABaseFromASharedCache(TestRegistry.Kind kind) throws Exception {
    start(kind);
    Image base = LayeredBase.push(store(), name("team/base:1"));
    String dockerfile = dockerfile("team/base:1");
    Machine first = new Machine();
    first.build(dockerfile, cache(false, true, "min"), NOWHERE);
    int asked = first.wire.requests.get();
    first.count();
    first.build(dockerfile, cache(false, true, "min"), NOWHERE);
    assertThat(first.wire.requests.get()).as("a warm build writes nothing").isLessThan(asked / 2);
    assertThat(first.wire.layerBytesUp).hasValue(0);

    touch("second");
    List<DiffId> expected = expected(base);
    Machine second = new Machine();
    List<DiffId> layers = second.build(dockerfile, cache(true, true, "min"), push("team/app:1"));
    assertThat(second.warnings).isEmpty();
    assertThat(second.wire.layerGets).hasValue(0);
    assertThat(second.wire.layerBytesUp.get()).isBetween(1L, LayeredBase.BIG_BYTES / 10L);
    assertThat(layers).isEqualTo(expected);
    verify(second, "team/app:1", layers);

    // what the cache said is not taken for granted when nobody asks it
    Machine alone = new Machine(Engine.open(second.plain.store().root()));
    touch("third");
    alone.build(dockerfile, OWN_CACHE, NOWHERE);
    assertThat(alone.wire.layerGets).hasValue(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "flipped", "no index"})
  void fetchesTheLayerWhenItsIndexIsOfNoUse(String fault) throws Exception {
    start(TestRegistry.Kind.OURS);
    Image base = LayeredBase.push(store(), name("team/base:1"));
    Path cache = folder.resolve("cache");
    Map<String, String> target = Map.of("dest", cache.toString());
    CacheRequest write = BoxRequest.caches(List.of(), List.of(new SharedCache("local", target)));
    Map<String, String> source = Map.of("src", cache.toString());
    CacheRequest read = BoxRequest.caches(List.of(new SharedCache("local", source)), List.of());
    new Machine().build(dockerfile("team/base:1"), write, NOWHERE);
    int indexes = 0;
    try (Stream<Path> blobs = Files.list(cache.resolve("blobs/sha256"))) {
      for (Path blob : blobs.toList()) {
        byte[] bytes = Files.readAllBytes(blob);
        if (new String(bytes, 0, 10, StandardCharsets.ISO_8859_1).equals("wadah idx1")) {
          indexes++;
          switch (fault) {
            case "missing" -> Files.delete(blob);
            case "flipped" -> {
              bytes[20] ^= 1;
              Files.write(blob, bytes);
            }
            default -> Files.writeString(blob, "another text");
          }
        }
      }
    }
    assertThat(indexes).as("those of the steps' own layers among them").isGreaterThan(3);
    touch("second");
    List<DiffId> expected = expected(base);
    Machine second = new Machine();
    assertThat(second.build(dockerfile("team/base:1"), read, NOWHERE)).isEqualTo(expected);
    assertThat(second.wire.layerGets).hasValue(3);
    assertThat(second.warnings).anyMatch(w -> w.contains("names in layer blob"));
  }

  private Image pushSeekable(SeekableBase.Form form, String path) throws IOException {
    Engine engine = store();
    return SeekableBase.push(engine, LayeredBase.make(engine), name(path), form);
  }

  @ParameterizedTest
  @EnumSource
  void readsTheListsOfLayersThatCarryOne(SeekableBase.Form form) throws Exception {
    start(TestRegistry.Kind.DEBIAN);
    Image base = pushSeekable(form, "team/base:1");
    List<DiffId> expected = expected(base);
    Machine machine = new Machine();
    List<DiffId> layers = machine.build(dockerfile("team/base:1"), OWN_CACHE, push("team/app:1"));
    assertThat(machine.wire.layerGets).hasValue(0);
    assertThat(machine.wire.parts).as("three lists, passwd and group").hasValue(5);
    assertThat(machine.wire.layerBytesUp.get()).isLessThan(LayeredBase.BIG_BYTES / 10);
    assertThat(layers).isEqualTo(expected);
    verify(machine, "team/app:1", layers);

    touch("second");
    Machine later = new Machine(Engine.open(machine.plain.store().root()));
    assertThat(later.build(dockerfile("team/base:1"), OWN_CACHE, NOWHERE))
        .isEqualTo(expected(base));
    assertThat(later.wire.parts).as("what was read once is known").hasValue(0);
    assertThat(later.wire.layerGets).hasValue(0);
  }

  /** Pushes the base as an output of a build does. */
  private Image export(Engine engine, String path, String compression) throws Exception {
    OutputRequest output =
        new OutputRequest(
            "registry",
            Optional.empty(),
            Map.of("name", registry.host() + "/" + path, "compression", compression));
    new Exporter(engine)
        .export(
            Built.of(Map.of(Platform.host(), LayeredBase.make(engine))),
            output,
            BoxRequest.of(context).names().make().naming(),
            BuildProgress.NONE);
    return store().images().resolve(name(path), Platform.host(), PullPolicy.ALWAYS);
  }

  @ParameterizedTest
  @CsvSource({"estargz, OURS", "estargz, DEBIAN", "zstd:chunked, OURS", "zstd:chunked, DEBIAN"})
  void readsTheListsThatItsOwnPushWrote(String compression, TestRegistry.Kind kind)
      throws Exception {
    start(kind);
    Image base = export(store(), "team/base:1", compression);
    List<DiffId> expected = expected(base);
    Machine machine = new Machine();
    OutputRequest output =
        new OutputRequest(
            "registry",
            Optional.empty(),
            Map.of("name", registry.host() + "/team/app:1", "compression", compression));
    String dockerfile = dockerfile("team/base:1");
    machine.build(dockerfile, OWN_CACHE, output);
    assertThat(machine.wire.layerGets).hasValue(0);
    assertThat(machine.wire.parts).as("three lists, passwd and group").hasValue(5);
    assertThat(machine.wire.layerBytesUp.get()).isLessThan(LayeredBase.BIG_BYTES / 10);
    machine.count();
    List<DiffId> layers = machine.build(dockerfile, OWN_CACHE, NOWHERE);
    assertThat(layers).as("the store keeps layers as the steps made them").isEqualTo(expected);

    // the base's lists went along, so nobody who builds on that image needs any layer either
    Image app = store().images().resolve(name("team/app:1"), Platform.host(), PullPolicy.ALWAYS);
    assertThat(app.manifest().layers())
        .hasSameSizeAs(layers)
        .allMatch(layer -> !layer.annotations().isEmpty())
        .startsWith(base.manifest().layers().toArray(new Descriptor[0]));
    verify(machine, "team/app:1", app.config().diffIds());
    Machine next = new Machine();
    next.build("FROM " + name("team/app:1") + "\nCOPY f /keep/d/more\n", OWN_CACHE, output);
    assertThat(next.wire.layerGets).hasValue(0);
    assertThat(next.wire.parts.get()).isGreaterThan(0);
    verify(next, "team/app:1", app.config().diffIds());
  }

  @ParameterizedTest
  @ValueSource(strings = {"estargz", "zstd:chunked"})
  void compressesAndSendsNothingTwice(String compression) throws Exception {
    start(TestRegistry.Kind.OURS);
    Machine machine = new Machine();
    Image first = export(machine.engine, "team/base:1", compression);
    assertThat(machine.wire.layerBytesUp.get()).isGreaterThan(3L * LayeredBase.BIG_BYTES);
    machine.count();
    Image second = export(machine.engine, "team/base:1", compression);
    assertThat(second.descriptor()).isEqualTo(first.descriptor());
    assertThat(machine.wire.blobBytesUp).hasValue(0);
    List<TransferProgress.State> states = new ArrayList<>();
    new ImageCompression(machine.plain.store(), machine.plain.content(), machine.plain.layers())
        .compress(
            LayeredBase.make(machine.plain),
            new ImageCompression.Form(
                ImageCompression.Format.of(compression).orElseThrow(),
                Optional.empty(),
                ImageCompression.Change.ALL),
            (blob, state, bytes) -> states.add(state));
    assertThat(states).doesNotContain(TransferProgress.State.COMPRESSING);
    assertThat(machine.plain.store().root().resolve("images/tmp"))
        .as("lists that were kept in files")
        .isEmptyDirectory();
  }

  /**
   * An image that lies about the layers of another one deceives those who build on it, and nobody
   * else.
   */
  @Test
  void believesAListForItsOwnImageOnly() throws Exception {
    start(TestRegistry.Kind.OURS);
    Image base = LayeredBase.push(store(), name("team/base:1"));
    List<DiffId> expected = expected(base);
    // the same diffIDs, and lists that say that there is nothing
    Engine engine = store();
    Image liar = SeekableBase.lie(engine, LayeredBase.make(engine), name("evil/base:1"));
    assertThat(liar.config().diffIds()).isEqualTo(base.config().diffIds());
    Machine machine = new Machine();
    assertThat(machine.build(dockerfile("evil/base:1"), OWN_CACHE, NOWHERE)).isNotEqualTo(expected);
    assertThat(machine.wire.layerGets).hasValue(0);
    Machine later = new Machine(Engine.open(machine.plain.store().root()));
    assertThat(later.build(dockerfile("team/base:1"), OWN_CACHE, NOWHERE)).isEqualTo(expected);
    // both in one build: the list is not believed at all
    touch("second");
    Machine both = new Machine();
    String stages = dockerfile("evil/base:1").replaceFirst("\n", " AS evil\n");
    assertThat(
            both.build(
                stages + dockerfile("team/base:1") + "COPY --from=evil /f /g\n",
                OWN_CACHE,
                NOWHERE))
        .startsWith(expected(base).toArray(new DiffId[0]));
  }

  @ParameterizedTest
  @ValueSource(strings = {"wrong digest", "cut", "no json", "strange type", "position", "checksum"})
  void fetchesTheLayerWhenItsListIsOfNoUse(String fault) throws Exception {
    start(TestRegistry.Kind.OURS);
    Engine engine = store();
    Image base = SeekableBase.broken(engine, LayeredBase.make(engine), name("team/base:1"), fault);
    List<DiffId> expected = expected(base);
    Machine machine = new Machine();
    assertThat(machine.build(dockerfile("team/base:1"), OWN_CACHE, NOWHERE)).isEqualTo(expected);
    assertThat(machine.wire.layerGets).hasValue(3);
  }

  @Test
  void asksNothingOfTheBaseWhereCopiesAreLinked() throws Exception {
    start(TestRegistry.Kind.OURS);
    LayeredBase.push(store(), name("team/base:1"));
    String from = "FROM " + name("team/base:1") + "\n";
    Machine machine = new Machine();
    machine.copies = Copies.LINKED;
    List<DiffId> layers =
        machine.build(
            from + "WORKDIR /app\nCOPY f d ./\nADD --chown=7 f /keep/there\nUSER 5\nWORKDIR sub\n",
            OWN_CACHE,
            push("team/app:1"));
    assertThat(machine.wire.layerGets).hasValue(0);
    assertThat(machine.wire.parts).hasValue(0);
    assertThat(machine.wire.layerBytesUp.get()).isLessThan(LayeredBase.BIG_BYTES / 10);
    Descriptor pushed = machine.plain.registry().manifest(name("team/app:1")).descriptor();
    assertThat(
            ImageVerification.ofRegistry(machine.plain.registry(), name("team/app:1"))
                .verify(pushed)
                .problems())
        .isEmpty();
    // the directory takes the place of the base's link, as with --link
    assertThat(machine.engine.layers().tree(new LayerStack(layers)).find("/app").orElseThrow())
        .matches(FileNode::isDirectory);
    String plain = "COPY f d /x/\nADD --chown=7 f /keep/there\n";
    List<DiffId> flagged = machine.build(from + plain, OWN_CACHE, NOWHERE);
    machine.copies = Copies.AS_WRITTEN;
    assertThat(
            machine.build(
                from + plain.replace("COPY", "COPY --link").replace("ADD", "ADD --link"),
                OWN_CACHE,
                NOWHERE))
        .isEqualTo(flagged);
    // an owner's name can only be looked up
    Machine other = new Machine();
    other.copies = Copies.LINKED;
    other.build(from + "COPY --chown=web f /f\n", OWN_CACHE, NOWHERE);
    assertThat(other.wire.layerGets).hasValue(3);
  }
}
