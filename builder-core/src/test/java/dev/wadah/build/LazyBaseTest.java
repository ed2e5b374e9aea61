package dev.wadah.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.image.ImageVerification;
import dev.wadah.image.transfer.ImageCompression;
import dev.wadah.image.transfer.ImageTransfer;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import dev.wadah.registry.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Builds on a base in a registry, of which they need no file. */
class LazyBaseTest {
  private static final Platform AMD64 = Platform.parse("linux/amd64");
  private static final int BASE_BYTES = 2_000_000;

  @TempDir Path folder;
  private TestRegistry registry;
  private Path context;
  private int stores;

  @BeforeEach
  void makeContext() throws IOException {
    context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("f"), "content\n");
  }

  @AfterEach
  void stop() throws IOException {
    if (registry != null) {
      registry.close();
    }
  }

  private void start(TestRegistry.Kind kind) throws IOException {
    org.junit.jupiter.api.Assumptions.assumeTrue(TestRegistry.usable(kind));
    registry = TestRegistry.start(kind, folder.resolve("registry"));
  }

  private ImageReference name(String path) {
    return ImageReference.parse(registry.host() + "/" + path);
  }

  private Engine store() throws IOException {
    return Engine.open(folder.resolve("store" + stores++));
  }

  /** Pushes a base of one large layer, from a store that nobody else has. */
  private Descriptor pushBase(String path, Platform platform, boolean compressed)
      throws IOException {
    Engine engine = store();
    byte[] content = PlainImages.noise(7, BASE_BYTES);
    Image image = PlainImages.ofOneFile(engine, platform, content);
    if (compressed) {
      image =
          new ImageCompression(engine.store(), engine.content(), engine.layers())
              .compress(image, ImageCompression.Form.FOR_PUSH, TransferProgress.NONE);
    }
    return new ImageTransfer(engine.content(), engine.images(), engine.registry())
        .push(image.descriptor(), name(path), TransferProgress.NONE);
  }

  private BuildResult build(Engine engine, String dockerfile, PullPolicy pull, OutputRequest output)
      throws Exception {
    return build(engine, dockerfile, pull, output, BuildProgress.NONE);
  }

  private BuildResult build(
      Engine engine,
      String dockerfile,
      PullPolicy pull,
      OutputRequest output,
      BuildProgress progress)
      throws Exception {
    Files.writeString(context.resolve("Dockerfile"), dockerfile);
    BuildRequest request = BoxRequest.of(context).pull(pull).outputs(output).names().make();
    return new Builder(engine).build(request, progress);
  }

  private OutputRequest push(String path) {
    return BoxRequest.push(registry.host() + "/" + path);
  }

  /** A COPY without --link asks the base whether its target is a directory or a link there. */
  @ParameterizedTest
  @EnumSource
  void downloadsNoLayerAndSendsOnlyItsOwn(TestRegistry.Kind kind) throws Exception {
    start(kind);
    pushBase("team/base:1", AMD64, true);
    for (String steps :
        List.of("LABEL a=b\nENV C=d\nCMD [\"x\"]\n", "COPY --link f /f\nCOPY --link f /w/\n")) {
      Engine plain = store();
      CountingRegistry wire = new CountingRegistry(plain.registry());
      Engine engine = CountingRegistry.counted(plain, wire);
      String path = "team/app:" + stores;
      BuildResult result =
          build(
              engine, "FROM " + name("team/base:1") + "\n" + steps, PullPolicy.MISSING, push(path));
      assertThat(wire.layerBytesDown).as(steps).hasValue(0);
      assertThat(wire.layerBytesUp.get()).isLessThan(1000);
      // manifest, config; then for each blob one question or upload, and the manifest
      assertThat(wire.requests.get()).isLessThanOrEqualTo(2 + 4 + 1);
      Descriptor pushed = plain.registry().manifest(name(path)).descriptor();
      assertThat(
              ImageVerification.ofRegistry(plain.registry(), name(path)).verify(pushed).problems())
          .isEmpty();
      assertThat(result.images().get(Platform.host()).layers().layers()).hasSizeBetween(1, 3);
    }
  }

  /** What a progress heard of bytes that moved. */
  private static final class Moves implements BuildProgress {
    private final java.util.Map<String, List<Long>> bytes =
        new java.util.concurrent.ConcurrentHashMap<>();

    @Override
    public void transferred(VertexName vertex, String what, long done, long total) {
      bytes
          .computeIfAbsent(
              vertex.name() + ": " + what.replaceAll("[0-9a-f]{64}", "DIGEST") + " of " + total,
              key -> java.util.Collections.synchronizedList(new java.util.ArrayList<>()))
          .add(done);
    }
  }

  @Test
  void tellsHowManyBytesOfEachLayerHaveMoved() throws Exception {
    start(TestRegistry.Kind.OURS);
    Descriptor base = pushBase("team/base:1", AMD64, true);
    Engine engine = store();
    long size =
        engine
            .images()
            .resolve(name("team/base:1"), AMD64, PullPolicy.MISSING)
            .manifest()
            .layers()
            .get(0)
            .sizeBytes();
    assertThat(base.sizeBytes()).isLessThan(size);
    try (TestRegistry other = TestRegistry.start(TestRegistry.Kind.OURS, folder.resolve("other"))) {
      OutputRequest push =
          new OutputRequest(
              "registry", Optional.empty(), Map.of("name", other.host() + "/far/app:1"));
      Moves moves = new Moves();
      String dockerfile = "FROM " + name("team/base:1") + "\nCOPY f /f\n";
      build(engine, dockerfile, PullPolicy.MISSING, push, moves);
      for (String what :
          List.of(
              "[2/2] COPY f /f: sha256:DIGEST of ",
              "exporting to image and pushing: pushing layer sha256:DIGEST of ")) {
        assertThat(moves.bytes).containsKey(what + size);
        List<Long> told = moves.bytes.get(what + size);
        assertThat(told).startsWith(0L).endsWith(size).isSorted();
      }
      assertThat(moves.bytes.keySet())
          .anyMatch(key -> key.startsWith("exporting to image and pushing: compressing layer"));
    }
  }

  @Test
  void keepsAPlainLayerPlainRatherThanFetchingIt() throws Exception {
    start(TestRegistry.Kind.OURS);
    pushBase("team/base:1", AMD64, false);
    Engine plain = store();
    CountingRegistry wire = new CountingRegistry(plain.registry());
    build(
        CountingRegistry.counted(plain, wire),
        "FROM " + name("team/base:1") + "\nLABEL a=b\n",
        PullPolicy.MISSING,
        push("team/app:1"));
    assertThat(wire.layerBytesDown).hasValue(0);
    assertThat(wire.layerBytesUp).hasValue(0);
  }

  @Test
  void fetchesTheBaseWhenItGoesToAnotherRegistryAlsoInAnotherProcess() throws Exception {
    start(TestRegistry.Kind.OURS);
    pushBase("team/base:1", AMD64, true);
    Engine engine = store();
    OutputRequest image = new OutputRequest("image", Optional.empty(), Map.of("name", "local:1"));
    build(engine, "FROM " + name("team/base:1") + "\nLABEL a=b\n", PullPolicy.MISSING, image);
    Engine later = Engine.open(engine.store().root());
    Descriptor target = later.images().target("local:1").orElseThrow();
    try (TestRegistry other = TestRegistry.start(TestRegistry.Kind.OURS, folder.resolve("other"))) {
      ImageReference place = ImageReference.parse(other.host() + "/far/app:1");
      new ImageTransfer(later.content(), later.images(), later.registry())
          .push(target, place, TransferProgress.NONE);
      assertThat(ImageVerification.ofRegistry(later.registry(), place).verify(target).problems())
          .isEmpty();
    }
  }

  @Test
  void obeysPullAndDigestPins() throws Exception {
    start(TestRegistry.Kind.OURS);
    Descriptor first = pushBase("team/base:1", AMD64, true);
    String from = "FROM " + name("team/base:1") + "\nLABEL a=b\n";
    Engine plain = store();
    CountingRegistry wire = new CountingRegistry(plain.registry());
    Engine engine = CountingRegistry.counted(plain, wire);
    BuildException never =
        catchThrowableOfType(
            BuildException.class, () -> build(engine, from, PullPolicy.NEVER, BoxRequest.NOWHERE));
    assertThat(never.getMessage()).contains("team/base:1", "pull policy never");
    assertThat(wire.requests).hasValue(0);
    build(engine, from, PullPolicy.MISSING, BoxRequest.NOWHERE);
    int asked = wire.requests.get();
    build(engine, from, PullPolicy.MISSING, BoxRequest.NOWHERE);
    build(engine, from, PullPolicy.NEVER, BoxRequest.NOWHERE);
    assertThat(wire.requests).as("what is here is not asked for").hasValue(asked);
    build(engine, from, PullPolicy.ALWAYS, BoxRequest.NOWHERE);
    assertThat(wire.requests.get()).isGreaterThan(asked);
    asked = wire.requests.get();
    String pinned = "FROM " + name("team/base").withDigest(first.digest()) + "\nLABEL a=b\n";
    build(engine, pinned, PullPolicy.MISSING, BoxRequest.NOWHERE);
    assertThat(wire.requests).as("a digest cannot mean anything else").hasValue(asked);
    registry.close();
    // another process, which waits for no host that never answered it
    Engine alone = Engine.open(plain.store().root());
    build(alone, from, PullPolicy.NEWER, BoxRequest.NOWHERE);
    assertThat(
            catchThrowableOfType(
                BuildException.class,
                () -> build(alone, from, PullPolicy.ALWAYS, BoxRequest.NOWHERE)))
        .isNotNull();
  }

  @Test
  void saysWhichPlatformsThereAre() throws Exception {
    start(TestRegistry.Kind.OURS);
    Descriptor arm = pushBase("team/base:arm", Platform.parse("linux/arm64"), true);
    dev.wadah.oci.Index index =
        new dev.wadah.oci.Index(
            dev.wadah.oci.MediaTypes.OCI_INDEX,
            List.of(
                arm.withPlatform(Platform.parse("linux/arm64")),
                arm.withPlatform(Platform.parse("windows/amd64"))),
            Map.of(),
            Optional.empty(),
            Optional.empty());
    Engine engine = store();
    engine
        .registry()
        .pushManifest(
            name("team/base:multi"),
            new Registry.Document(index.mediaType(), dev.wadah.oci.OciJson.write(index)));
    BuildException none =
        catchThrowableOfType(
            BuildException.class,
            () ->
                build(
                    engine,
                    "FROM --platform=linux/s390x " + name("team/base:multi") + "\nLABEL a=b\n",
                    PullPolicy.MISSING,
                    BoxRequest.NOWHERE));
    assertThat(none.getMessage())
        .contains("has no image for linux/s390x; there is linux/arm64, windows/amd64");
  }
}
