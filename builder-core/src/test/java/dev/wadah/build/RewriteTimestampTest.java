package dev.wadah.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.build.BuildProgress.Outcome;
import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.BuildRequest.SharedCache;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.layer.FileTree;
import dev.wadah.oci.DiffId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** rewrite-timestamp=true, compared with what docker buildx 0.29 writes (docs/build-repro.md). */
@Tag("linux")
@Timeout(120)
class RewriteTimestampTest {
  private static final long EPOCH = 1_600_000_000L;
  private static final long OLD = 978_307_200L;
  private static final long NANOS = 1_000_000_000L;

  private static final String DOCKERFILE =
      """
      FROM box
      RUN mkdir /n; echo x > /n/x; ln /n/x /n/hard; ln -s x /n/soft; touch /bin/new
      COPY old new /
      RUN true
      RUN rm /new
      WORKDIR /w
      """;

  @TempDir Path folder;
  private Path context;
  private int stores;

  @BeforeEach
  void makeContext() throws IOException {
    assumeTrue(BoxImage.usable(), "needs root and a static /bin/busybox");
    context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), DOCKERFILE);
    Files.writeString(context.resolve("new"), "new\n");
    Files.writeString(context.resolve("old"), "old\n");
    Files.setLastModifiedTime(context.resolve("old"), FileTime.fromMillis(OLD * 1000));
  }

  private Engine store() throws IOException {
    return BoxImage.store(folder.resolve("store" + ++stores));
  }

  private static final CacheRequest OWN = new CacheRequest(false, Set.of(), List.of(), List.of());

  private BuildResult build(Engine engine, CacheRequest cache, Outcomes outcomes, boolean epoch)
      throws Exception {
    BuildRequest plain =
        BoxImage.request(
            context, epoch ? Map.of("SOURCE_DATE_EPOCH", Long.toString(EPOCH)) : Map.of());
    return new Builder(engine)
        .build(
            new BuildRequest(
                plain.context(),
                plain.target(),
                cache,
                plain.steps(),
                plain.secrets(),
                List.of(new OutputRequest("image", Optional.empty(), ATTRIBUTES)),
                plain.naming()),
            outcomes);
  }

  private static final Map<String, String> ATTRIBUTES = Map.of("rewrite-timestamp", "true");

  private static Image image(BuildResult result) {
    return result.images().values().iterator().next();
  }

  private static long seconds(FileTree tree, String path) throws IOException {
    return tree.find(path).orElseThrow().mtimeNanos() / NANOS;
  }

  @Test
  void givesTheSameImageWheneverItIsBuilt() throws Exception {
    Engine first = store();
    BuildResult one = build(first, OWN, new Outcomes(), true);
    Thread.sleep(1100); // a layer's times are whole seconds
    Files.setLastModifiedTime(context.resolve("new"), FileTime.fromMillis(1_700_000_000_000L));
    Image two = image(build(store(), OWN, new Outcomes(), true));
    assertThat(two.descriptor()).isEqualTo(image(one).descriptor());
    assertThat(one.metadata())
        .containsEntry("containerimage.digest", two.descriptor().digest().toString());
    assertThat(first.images().target("result").orElseThrow().digest())
        .isEqualTo(two.descriptor().digest());
    Image again = image(build(first, OWN, new Outcomes(), true));
    assertThat(again.descriptor()).isEqualTo(two.descriptor());
    assertThat(first.content().verify()).isEmpty();
  }

  @Test
  void changesOnlyWhatIsNewAndLaterInTheImage() throws Exception {
    Engine engine = store();
    Image image = image(build(engine, OWN, new Outcomes(), true));
    FileTree tree = engine.layers().tree(image.layers());
    for (String path : List.of("/n", "/n/x", "/n/hard", "/n/soft", "/bin", "/bin/new", "/w")) {
      assertThat(seconds(tree, path)).as(path).isEqualTo(path.equals("/w") ? 315_619_200L : EPOCH);
    }
    assertThat(seconds(tree, "/old")).isEqualTo(OLD);
    assertThat(tree.find("/new")).isEmpty();
    assertThat(seconds(tree, "/bin/busybox")).as("the base's").isZero();
    // The cache has the layers that the steps made: another output of the same build shows them.
    Outcomes outcomes = new Outcomes();
    Image plain = image(build(engine, OWN, outcomes, false));
    assertThat(outcomes.of("] RUN")).containsOnly(Outcome.CACHED);
    List<DiffId> layers = plain.config().diffIds();
    assertThat(layers).hasSameSizeAs(image.config().diffIds());
    assertThat(layers.get(0)).isEqualTo(image.config().diffIds().get(0));
    assertThat(layers.get(1)).isNotEqualTo(image.config().diffIds().get(1));
    assertThat(seconds(engine.layers().tree(plain.layers()), "/n/x")).isGreaterThan(EPOCH);
  }

  @Test
  void leavesAllAsItIsWithoutAnEpoch() throws Exception {
    Engine engine = store();
    Image image = image(build(engine, OWN, new Outcomes(), false));
    assertThat(seconds(engine.layers().tree(image.layers()), "/n/x")).isGreaterThan(EPOCH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tar", "local"})
  void givesEveryFileTheEpochOutsideOfImages(String type) throws Exception {
    Path to = folder.resolve("out");
    BuildRequest plain =
        BoxImage.request(context, Map.of("SOURCE_DATE_EPOCH", Long.toString(EPOCH)));
    new Builder(store())
        .build(
            new BuildRequest(
                plain.context(),
                plain.target(),
                OWN,
                plain.steps(),
                plain.secrets(),
                List.of(new OutputRequest(type, Optional.of(to.toString()), Map.of())),
                plain.naming()),
            BuildProgress.NONE);
    if (type.equals("tar")) {
      Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
      Process tar =
          new ProcessBuilder("tar", "xf", to.toString(), "-C", unpacked.toString()).start();
      assertThat(tar.waitFor()).isZero();
      to = unpacked;
    }
    for (String name : List.of("bin/busybox", "n/x", "n", "old", "w")) {
      assertThat(Files.getLastModifiedTime(to.resolve(name)).toMillis())
          .as(name)
          .isEqualTo(EPOCH * 1000);
    }
  }

  @Test
  void refusesAnInlineCacheInSuchAnImage() throws Exception {
    CacheRequest inline =
        new CacheRequest(false, Set.of(), List.of(), List.of(new SharedCache("inline", Map.of())));
    Engine engine = store();
    BuildException e =
        catchThrowableOfType(
            BuildException.class, () -> build(engine, inline, new Outcomes(), true));
    assertThat(e.getMessage()).contains("cannot hold an inline cache");
  }
}
