package dev.wadah.build;

import static dev.wadah.build.BoxRequest.NOWHERE;
import static dev.wadah.build.BoxRequest.OWN_CACHE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.Copies;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.BuildRequest.SharedCache;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageVerification;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.LayerStack;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** COPY, ADD and WORKDIR on a base that lies in a registry. */
@Tag("linux")
@Timeout(120)
class LazyCopyTest extends RemoteBase {
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
    assertThat(machine.engine.layers().tree(LayerStack.of(layers)).find("/app").orElseThrow())
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
