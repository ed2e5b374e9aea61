package dev.wadah.build.gc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.PlainImages;
import dev.wadah.build.cache.CacheKey;
import dev.wadah.build.cache.CacheStore;
import dev.wadah.build.gc.Entry.Kind;
import dev.wadah.build.graph.Ingredient;
import dev.wadah.content.Leases;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.layer.LayerEntry;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes and what stays. */
@SuppressWarnings("try") // leases are held, not used
class CollectorTest {
  private static final Wish EVERYTHING = new Wish(entry -> true, Limits.NONE);
  private static final Wish CACHE = new Wish(entry -> entry.kind().isCache(), Limits.NONE);

  @TempDir Path root;
  private Engine engine;

  @BeforeEach
  void openStore() throws IOException {
    engine = Engine.open(root);
  }

  @Test
  void anEmptyStoreHasNothingToCollect() throws IOException {
    assertThat(collect(EVERYTHING).removed()).isEmpty();
    assertThat(new GcReport(root).lines())
        .containsExactly("Images 0/0", "Containers 0/0", "Local Volumes 0/0", "Build Cache 0/0");
  }

  @Test
  void whatNothingLeadsToGoesWithoutBeingAskedFor() throws IOException {
    DiffId tree = layer(1, LayerStore.Form.TREE);
    DiffId tar = layer(2, LayerStore.Form.TAR);

    Collected collected = collect();

    assertThat(collected.removed()).isEmpty();
    assertThat(collected.freedBytes()).isGreaterThan(2 * 100_000L);
    assertThat(fresh().layers().has(tree)).isFalse();
    assertThat(fresh().layers().has(tar)).isFalse();
    assertThat(root.resolve("layers/trees")).isEmptyDirectory();
    assertThat(root.resolve("gc/trash")).isEmptyDirectory();
  }

  @Test
  void theLayersOfANamedImageStayWhenTheCacheGoes() throws IOException {
    DiffId layer = layer(1, LayerStore.Form.TREE);
    record("one", layer);
    name("app:1", image(layer));

    Collected collected = collect(CACHE);

    assertThat(collected.removed()).extracting(Entry::kind).containsExactly(Kind.REGULAR);
    assertThat(collected.removed().get(0).is(Entry.Trait.SHARED)).isTrue();
    assertThat(collected.freedBytes()).isZero();
    assertThat(fresh().layers().has(layer)).isTrue();
    assertThat(problems()).isEmpty();
  }

  @Test
  void anImageThatLostItsNameGoesWithWhatOnlyItNeeds() throws IOException {
    DiffId shared = layer(1, LayerStore.Form.TREE);
    DiffId own = layer(2, LayerStore.Form.TAR);
    Image old = image(shared, own);
    Image now = image(shared);
    name("app:1", old);
    name("app:1", now);

    Collected collected = collect(new Wish(e -> e.kind() == Kind.DANGLING_IMAGE, Limits.NONE));

    assertThat(collected.removed()).extracting(Entry::id).containsExactly(old.id().toString());
    assertThat(fresh().layers().has(shared)).isTrue();
    assertThat(fresh().layers().has(own)).isFalse();
    assertThat(fresh().images().find("app:1", Platform.host())).map(Image::id).contains(now.id());
    assertThat(problems()).isEmpty();
  }

  @Test
  void allNamesOfAnImageGoTogether() throws IOException {
    Image image = image(layer(1, LayerStore.Form.TAR));
    name("app:1", image);
    name("other/app:2", image);

    Collected collected = collect(EVERYTHING);

    assertThat(collected.removed())
        .extracting(Entry::description)
        .containsExactly("app:1 other/app:2");
    assertThat(root.resolve("blobs/sha256")).isEmptyDirectory();
    assertThat(fresh().images().list()).isEmpty();
  }

  @Test
  void aRecordKeepsItsLayerUntilItGoes() throws IOException {
    DiffId layer = layer(1, LayerStore.Form.TAR);
    record("one", layer);
    record("two", layer);

    collect();
    assertThat(fresh().layers().has(layer)).isTrue();

    assertThat(collect(CACHE).removed()).hasSize(1);
    assertThat(fresh().layers().has(layer)).isFalse();
    assertThat(cache().find(key("two"))).isEmpty();
  }

  @Test
  void theLeastRecentlyUsedGoFirstAndOnlyAsManyAsNeeded() throws IOException {
    for (int i = 0; i < 5; i++) {
      DiffId layer = layer(i, LayerStore.Form.TAR);
      record("step" + i, layer);
      age("cache", Duration.ofDays(10 - i), "step" + i);
    }
    Limits limits = new Limits(Duration.ZERO, 0, 250_000, 0);

    Collected collected = collect(new Wish(entry -> entry.kind().isCache(), limits));

    assertThat(collected.removed()).hasSize(3);
    for (int i = 0; i < 5; i++) {
      assertThat(cache().find(key("step" + i)).isPresent()).as("step" + i).isEqualTo(i >= 3);
    }
  }

  @Test
  void whatWasUsedWithinTheKeptTimeStays() throws IOException {
    record("old", layer(1, LayerStore.Form.TAR));
    record("new", layer(2, LayerStore.Form.TAR));
    age("cache", Duration.ofHours(30), "old");
    Limits day = new Limits(Duration.ofHours(24), 0, 0, 0);

    assertThat(collect(new Wish(entry -> true, day)).removed()).hasSize(1);
    assertThat(cache().find(key("old"))).isEmpty();
    assertThat(cache().find(key("new"))).isPresent();
  }

  @Test
  void aHitRenewsARecordOnlyWhenThatIsOld() throws IOException {
    record("one", layer(1, LayerStore.Form.TAR));
    Path file = recordFile("one");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofMinutes(5))));
    FileTime before = Files.getLastModifiedTime(file);
    cache().find(key("one"));
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(before);

    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(5))));
    cache().find(key("one"));
    assertThat(Files.getLastModifiedTime(file)).isGreaterThan(before);
  }

  @Test
  void nothingGoesThatARunningBuildHasMade() throws IOException {
    try (Leases.Lease lease = engine.store().leases().take()) {
      DiffId tree = layer(1, LayerStore.Form.TREE);
      DiffId tar = layer(2, LayerStore.Form.TAR);
      image(tar);

      Collected collected = collect(EVERYTHING);

      assertThat(collected.freedBytes()).isZero();
      assertThat(collected.heldBytes()).isGreaterThan(200_000);
      assertThat(fresh().layers().has(tree)).isTrue();
      assertThat(fresh().layers().has(tar)).isTrue();
    }
  }

  @Test
  void whatABuildLookedUpStaysThoughItIsOldAndNothingLeadsToIt() throws IOException {
    DiffId used = layer(1, LayerStore.Form.TREE);
    DiffId unused = layer(2, LayerStore.Form.TREE);
    ageEverything(Duration.ofDays(400));
    try (Leases.Lease lease = engine.store().leases().take()) {
      assertThat(fresh().layers().has(used)).isTrue();

      collect(EVERYTHING);

      assertThat(fresh().layers().lowerDirectories(LayerStack.of(List.of(used)))).hasSize(1);
      assertThat(fresh().layers().has(unused)).isFalse();
    }
  }

  @Test
  void whatAContainerUsesStaysUntilItEnds() throws IOException {
    DiffId layer = layer(1, LayerStore.Form.TREE);
    Image image = image(layer);
    name("app:1", image);
    Files.createDirectories(root.resolve("volumes/data/_data"));
    Files.createDirectories(root.resolve("volumes/spare/_data"));
    ageEverything(Duration.ofDays(400));
    try (Leases.Lease lease = engine.store().leases().take()) {
      lease.settle(List.of("image " + image.id(), "layer " + layer, "volume data"));

      Collected collected = collect(EVERYTHING);

      assertThat(collected.removed()).extracting(Entry::id).containsExactly("spare");
      assertThat(fresh().layers().has(layer)).isTrue();
      assertThat(fresh().images().find("app:1", Platform.host())).isPresent();
      assertThat(new GcReport(root).lines())
          .containsExactly("Images 1/1", "Containers 1/1", "Local Volumes 1/1", "Build Cache 0/0");
    }
    assertThat(collect(EVERYTHING).removed()).hasSize(2);
    assertThat(problems()).isEmpty();
  }

  @Test
  void cacheMountsAndSourcesGoByTheirLastUse() throws IOException {
    for (String file : List.of("mounts/a/0/f", "downloads/b", "git/c/tree/f", "contexts/d")) {
      Path path = root.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, "x".repeat(10_000));
    }
    Files.writeString(root.resolve("mounts/a/id"), "apt\n");
    Limits recent = new Limits(Duration.ofDays(1), 0, 0, 0);
    assertThat(collect(new Wish(entry -> true, recent)).removed()).isEmpty();
    ageEverything(Duration.ofDays(2));

    Collected collected = collect(new Wish(entry -> true, recent));

    assertThat(collected.removed())
        .extracting(Entry::kind)
        .containsExactlyInAnyOrder(Kind.CACHE_MOUNT, Kind.DOWNLOAD, Kind.CHECKOUT, Kind.CONTEXT);
    assertThat(collected.removed()).extracting(Entry::description).contains("cache mount apt");
    assertThat(collected.freedBytes()).isGreaterThan(40_000);
    assertThat(root.resolve("mounts")).isEmptyDirectory();
  }

  @Test
  void leftoversOfDeadProcessesGoWhenTheyAreOldEnough() throws IOException {
    collect();
    List<String> half =
        List.of(
            "layers/trees/abc/f",
            "layers/ids/.1ab",
            "images/tmp/x",
            "cache/ab/c.1-1.tmp",
            "mounts/ab/new-1/x");
    for (String file : half) {
      Files.createDirectories(root.resolve(file).getParent());
      Files.writeString(root.resolve(file), "half");
    }
    Files.createDirectories(root.resolve("gc/trash/1/tree"));

    collect();

    assertThat(root.resolve("gc/trash")).isEmptyDirectory();
    for (String file : half) {
      // Their time of change is now: somebody may be at it.
      assertThat(root.resolve(file)).exists();
    }
  }

  @Test
  void aKilledCollectorsTrashIsRemovedByTheNextOne() throws IOException {
    DiffId layer = layer(1, LayerStore.Form.TREE);
    Path tree = engine.layers().lowerDirectories(LayerStack.of(List.of(layer))).get(0);
    collect();
    Files.createDirectories(root.resolve("gc/trash/7"));
    DiffId again = layer(1, LayerStore.Form.TREE);
    assertThat(again).isEqualTo(layer);
    assertThat(engine.layers().lowerDirectories(LayerStack.of(List.of(again))))
        .containsExactly(tree);

    collect();
    assertThat(root.resolve("gc/trash")).isEmptyDirectory();
  }

  @Test
  void twoCollectorsDoNotWorkAtTheSameTime() throws IOException {
    try (var lock = engine.store().lock("gc")) {
      assertThat(Collector.open(root, Instant.now()).collectUnlessAnotherDoes(List.of())).isEmpty();
    }
    assertThat(Collector.open(root, Instant.now()).collectUnlessAnotherDoes(List.of())).isPresent();
  }

  @Test
  void settingsDecideHowOftenBuildsCollect() throws IOException {
    Files.writeString(root.resolve(GcSettings.FILE), "every = off\n");
    collect();

    assertThat(Files.getLastModifiedTime(root.resolve("gc/next")).toInstant())
        .isAfter(Instant.now().plus(Duration.ofDays(3000)));
  }

  private Collected collect(Wish... wishes) throws IOException {
    return Collector.open(root, Instant.now()).collect(List.of(wishes));
  }

  private Engine fresh() throws IOException {
    return Engine.open(root);
  }

  private List<String> problems() throws IOException {
    List<String> problems = new java.util.ArrayList<>(fresh().content().verify());
    problems.addAll(fresh().layers().verify());
    problems.addAll(fresh().images().verify());
    return problems;
  }

  /** A layer of one file of 100 kB that does not compress. */
  private DiffId layer(int seed, LayerStore.Form form) throws IOException {
    LayerEntry file = PlainImages.file("/file" + seed, PlainImages.noise(seed, 100_000));
    return engine.layers().write(List.of(file), form);
  }

  private Image image(DiffId... layers) throws IOException {
    return engine.images().create(PlainImages.config(Platform.host(), List.of(layers)), Map.of());
  }

  private void name(String name, Image image) throws IOException {
    engine.images().tag(ImageReference.parse(name), image.descriptor());
  }

  private CacheStore cache() throws IOException {
    return new CacheStore(engine.store(), fresh().layers());
  }

  private static CacheKey key(String step) {
    return CacheKey.of(List.of(Ingredient.counts("op", step)));
  }

  private void record(String step, DiffId layer) throws IOException {
    cache().put(key(step), key(step).digest(), layer, Instant.now());
  }

  private Path recordFile(String step) {
    String hex = key(step).digest().hex();
    return root.resolve("cache").resolve(hex.substring(0, 2)).resolve(hex.substring(2));
  }

  private void age(String room, Duration age, String step) throws IOException {
    assertThat(recordFile(step)).startsWith(root.resolve(room));
    Files.setLastModifiedTime(recordFile(step), FileTime.from(Instant.now().minus(age)));
  }

  private void ageEverything(Duration age) throws IOException {
    FileTime time = FileTime.from(Instant.now().minus(age));
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, time);
      }
    }
  }

  /** The summary in short: total and active of each line. */
  private record GcReport(Path root) {
    List<String> lines() throws IOException {
      return Collector.open(root, Instant.now()).usage().lines().stream()
          .map(line -> line.type() + " " + line.total() + "/" + line.active())
          .toList();
    }
  }
}
