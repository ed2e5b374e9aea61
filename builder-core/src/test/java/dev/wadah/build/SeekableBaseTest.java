package dev.wadah.build;

import static dev.wadah.build.BoxRequest.NOWHERE;
import static dev.wadah.build.BoxRequest.OWN_CACHE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.export.Built;
import dev.wadah.build.export.Exporter;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.image.transfer.ImageCompression;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** COPY, ADD and WORKDIR on a base in a registry whose layers carry lists of their files. */
@Tag("linux")
@Timeout(120)
class SeekableBaseTest extends RemoteBase {
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
}
