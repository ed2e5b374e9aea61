package dev.wadah.build;

import static dev.wadah.build.BoxRequest.OWN_CACHE;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * rewrite-timestamp=true, compared with what docker buildx 0.29 writes (BuildKit's build-repro.md).
 */
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

  private BuildResult build(Engine engine, CacheRequest cache, Outcomes outcomes, boolean epoch)
      throws Exception {
    OutputRequest image = new OutputRequest("image", Optional.empty(), ATTRIBUTES);
    BoxRequest request = BoxRequest.of(context).cache(cache).outputs(image);
    return new Builder(engine).build((epoch ? request.buildArgs(ARGS) : request).make(), outcomes);
  }

  private static final Map<String, String> ARGS = Map.of("SOURCE_DATE_EPOCH", Long.toString(EPOCH));

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
    BuildResult one = build(first, OWN_CACHE, new Outcomes(), true);
    Thread.sleep(1100); // a layer's times are whole seconds
    Files.setLastModifiedTime(context.resolve("new"), FileTime.fromMillis(1_700_000_000_000L));
    Image two = image(build(store(), OWN_CACHE, new Outcomes(), true));
    assertThat(two.descriptor()).isEqualTo(image(one).descriptor());
    assertThat(one.metadata())
        .containsEntry("containerimage.digest", two.descriptor().digest().toString());
    assertThat(first.images().target("result").orElseThrow().digest())
        .isEqualTo(two.descriptor().digest());
    Image again = image(build(first, OWN_CACHE, new Outcomes(), true));
    assertThat(again.descriptor()).isEqualTo(two.descriptor());
    assertThat(first.content().verify()).isEmpty();
  }

  @Test
  void changesOnlyWhatIsNewAndLaterInTheImage() throws Exception {
    Engine engine = store();
    Image image = image(build(engine, OWN_CACHE, new Outcomes(), true));
    FileTree tree = engine.layers().tree(image.layers());
    for (String path : List.of("/n", "/n/x", "/n/hard", "/n/soft", "/bin", "/bin/new", "/w")) {
      assertThat(seconds(tree, path)).as(path).isEqualTo(path.equals("/w") ? 315_619_200L : EPOCH);
    }
    assertThat(seconds(tree, "/old")).isEqualTo(OLD);
    assertThat(tree.find("/new")).isEmpty();
    assertThat(seconds(tree, "/bin/busybox")).as("the base's").isZero();
    // The cache has the layers that the steps made: another output of the same build shows them.
    Outcomes outcomes = new Outcomes();
    Image plain = image(build(engine, OWN_CACHE, outcomes, false));
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
    Image image = image(build(engine, OWN_CACHE, new Outcomes(), false));
    assertThat(seconds(engine.layers().tree(image.layers()), "/n/x")).isGreaterThan(EPOCH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tar", "local"})
  void givesEveryFileTheEpochOutsideOfImages(String type) throws Exception {
    Path to = folder.resolve("out");
    OutputRequest output = new OutputRequest(type, Optional.of(to.toString()), Map.of());
    new Builder(store())
        .build(BoxRequest.of(context).buildArgs(ARGS).outputs(output).make(), BuildProgress.NONE);
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
        BoxRequest.caches(List.of(), List.of(new SharedCache("inline", Map.of())));
    Engine engine = store();
    BuildException e =
        catchThrowableOfType(
            BuildException.class, () -> build(engine, inline, new Outcomes(), true));
    assertThat(e.getMessage()).contains("cannot hold an inline cache");
  }
}
