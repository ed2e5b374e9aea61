package dev.wadah.build.share;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.share.CacheContents.Alias;
import dev.wadah.build.share.CacheContents.Result;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.registry.Registry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CacheContentsTest {
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
  private static final Duration WEEK = Duration.ofDays(7);

  private static Digest digest(Object text) {
    return Digest.of(text.toString().getBytes(UTF_8));
  }

  private static DiffId layer(Object text) {
    return new DiffId(digest("layer " + text));
  }

  private static Descriptor blob(DiffId layer) {
    return Descriptor.of(MediaTypes.OCI_LAYER_GZIP, digest("blob " + layer), 1000);
  }

  private static CacheContents of(Map<Digest, Result> single, Map<Digest, Alias> aliases) {
    Map<Digest, List<Result>> results = new HashMap<>();
    single.forEach((key, result) -> results.put(key, List.of(result)));
    Map<DiffId, Descriptor> blobs = new HashMap<>();
    for (Result result : single.values()) {
      blobs.put(result.layer(), blob(result.layer()));
    }
    return new CacheContents(results, aliases, blobs);
  }

  /** Few keys and times, so that much collides. */
  private static CacheContents random(Random random) {
    Map<Digest, Result> results = new HashMap<>();
    Map<Digest, Alias> aliases = new HashMap<>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      Digest key = digest(random.nextInt(5));
      Instant created = NOW.minusSeconds(random.nextInt(3));
      Instant used = NOW.minusSeconds(random.nextInt(3) * 3600L);
      results.put(key, new Result(layer(random.nextInt(4)), created, used));
      aliases.put(digest("alias " + random.nextInt(5)), new Alias(key, used));
    }
    return of(results, aliases);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void mergesToTheSameInAnyOrderAndAsOftenAsOneLikes(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      List<CacheContents> parts = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        parts.add(random(random));
      }
      CacheContents one = parts.stream().reduce(CacheContents.EMPTY, CacheContents::merge);
      List<CacheContents> others = new ArrayList<>(parts);
      others.addAll(parts);
      Collections.shuffle(others, random);
      CacheContents other = others.stream().reduce(CacheContents.EMPTY, CacheContents::merge);
      assertThat(other).isEqualTo(one);
      for (CacheContents part : parts) {
        assertThat(one.holds(part, Duration.ZERO)).isTrue();
      }
    }
  }

  @Test
  void takesTheStepThatWasRunAgain() {
    Digest key = digest("key");
    CacheContents old = of(Map.of(key, new Result(layer(1), NOW.minusSeconds(9), NOW)), Map.of());
    CacheContents again = of(Map.of(key, new Result(layer(2), NOW, NOW.minusSeconds(9))), Map.of());
    CacheContents both = old.merge(again);
    // What was built upon the old layer is found by it still.
    assertThat(both.results().get(key))
        .containsExactly(
            new Result(layer(2), NOW, NOW.minusSeconds(9)),
            new Result(layer(1), NOW.minusSeconds(9), NOW));
    assertThat(old.holds(again, Duration.ZERO)).isFalse();
    assertThat(both.holds(again, Duration.ZERO)).isTrue();
    assertThat(both.holds(old, Duration.ZERO)).isTrue();
  }

  @Test
  void keepsTheNewestOfManyResults() {
    Digest key = digest("key");
    CacheContents all = CacheContents.EMPTY;
    for (int i = 0; i < 20; i++) {
      all = all.merge(of(Map.of(key, new Result(layer(i), NOW.minusSeconds(i), NOW)), Map.of()));
    }
    assertThat(all.results().get(key)).hasSize(CacheContents.MOST_ALTERNATIVES);
    assertThat(all.results().get(key).get(0).layer()).isEqualTo(layer(0));
    assertThat(all.sound().blobs()).hasSize(CacheContents.MOST_ALTERNATIVES);
    CacheContents old = of(Map.of(key, new Result(layer(19), NOW.minusSeconds(19), NOW)), Map.of());
    assertThat(all.holds(old, Duration.ZERO)).as("there is no place for it").isTrue();
  }

  @Test
  void dropsWhatNobodyUsesAndWhatComesFromTheFuture() {
    Map<Digest, Result> results = new HashMap<>();
    results.put(digest("old"), new Result(layer(1), NOW.minus(WEEK), NOW.minus(WEEK)));
    results.put(
        digest("older"), new Result(layer(2), Instant.EPOCH, NOW.minus(WEEK).minusSeconds(1)));
    results.put(digest("ahead"), new Result(layer(3), NOW.plus(WEEK), NOW));
    results.put(digest("long"), new Result(layer(4), NOW, NOW.plus(WEEK)));
    Map<Digest, Alias> aliases = new HashMap<>();
    results.keySet().forEach(key -> aliases.put(digest("alias " + key), new Alias(key, NOW)));
    CacheContents kept = of(results, aliases).current(NOW, WEEK);
    assertThat(kept.results()).containsOnlyKeys(digest("old"), digest("long"));
    assertThat(kept.results().get(digest("long")).get(0).used()).isEqualTo(NOW);
    assertThat(kept.aliases()).hasSize(2);
    assertThat(kept.blobs()).containsOnlyKeys(layer(1), layer(4));
  }

  @Test
  void keepsWhatWasUsedLastWhenThereIsTooMuch() {
    Map<Digest, Result> results = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      results.put(digest(i), new Result(layer(i / 2), NOW, NOW.minusSeconds(i)));
    }
    CacheContents all = of(results, Map.of());
    CacheContents few = all.limited(1000, 10);
    assertThat(few.blobs()).hasSize(10);
    assertThat(few.results()).hasSize(20).containsKey(digest(0)).containsKey(digest(19));
    assertThat(all.limited(7, 10).results()).hasSize(7).containsKey(digest(6));
  }

  @Test
  void hasNoResultWithoutItsLayer() {
    Digest empty = digest("changes nothing");
    Digest gone = digest("gone");
    Map<Digest, List<Result>> results =
        Map.of(
            empty,
            List.of(new Result(LayerStore.EMPTY, NOW, NOW)),
            gone,
            List.of(new Result(layer(1), NOW, NOW)));
    Map<Digest, Alias> aliases =
        Map.of(digest("a"), new Alias(empty, NOW), digest("b"), new Alias(gone, NOW));
    CacheContents sound = new CacheContents(results, aliases, Map.of()).sound();
    assertThat(sound.results()).containsOnlyKeys(empty);
    assertThat(sound.aliases()).containsOnlyKeys(digest("a"));
    assertThat(sound.layers()).isEmpty();
  }

  private static CacheManifest.Documents documents(CacheManifest.Written written) {
    return new CacheManifest.Documents() {
      @Override
      public Registry.Document manifest(Descriptor descriptor) throws IOException {
        throw new IOException("a cache has one manifest");
      }

      @Override
      public byte[] config(Descriptor descriptor) {
        return written.blobs().get(descriptor);
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void readsWhatItWroteAndWritesEqualThingsEqually(CacheTarget.Format format) throws IOException {
    Random random = new Random(7);
    for (int round = 0; round < 50; round++) {
      CacheContents contents = random(random).merge(random(random)).sound();
      CacheManifest.Written written = CacheManifest.write(contents, format);
      Found found = CacheManifest.read(written.manifest(), documents(written));
      assertThat(found.kind()).isEqualTo(Found.Kind.CACHE);
      assertThat(found.contents().results()).isEqualTo(contents.results());
      assertThat(found.contents().aliases()).isEqualTo(contents.aliases());
      assertThat(found.contents().blobs().keySet()).isEqualTo(contents.blobs().keySet());
      assertThat(CacheManifest.write(found.contents(), format).manifest().bytes())
          .isEqualTo(written.manifest().bytes());
    }
  }

  @Test
  void hasALayerEvenWhenItHasNone() {
    CacheManifest.Written written =
        CacheManifest.write(CacheContents.EMPTY, CacheTarget.Format.OCI);
    var manifest = OciJson.parseManifest(written.manifest().bytes());
    assertThat(manifest.layers()).hasSize(1);
    assertThat(written.blobs()).containsKey(manifest.layers().get(0));
  }

  @Test
  void staysBelowTheSizeThatRegistriesTake() {
    Map<Digest, Result> results = new HashMap<>();
    for (int i = 0; i < CacheWriter.MOST_LAYERS + 10; i++) {
      results.put(digest(i), new Result(layer(i), NOW, NOW));
    }
    CacheContents limited =
        of(results, Map.of()).limited(CacheWriter.MOST_RESULTS, CacheWriter.MOST_LAYERS);
    CacheManifest.Written written = CacheManifest.write(limited, CacheTarget.Format.OCI);
    assertThat(limited.blobs()).hasSize(CacheWriter.MOST_LAYERS);
    assertThat(written.manifest().bytes().length).isLessThan(4 << 20);
  }
}
