package dev.wadah.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.build.mounts.CacheFolders;
import dev.wadah.build.mounts.CacheFolders.Present;
import dev.wadah.build.mounts.CacheImages;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.posix.FileStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What RUN keeps in a cache mount, as an image: made, and put back for another RUN. */
@Tag("linux")
@Timeout(120)
class CacheMountTravelTest {
  /** The step fails unless the cache has the file that another build left. */
  private static final String NEEDS_IT =
      "FROM box\nRUN --mount=type=cache,id=deps,target=/other grep -q kept /other/a/b && echo > /ok\n";

  @TempDir Path folder;
  private Engine here;

  @BeforeEach
  void keepSomething() throws Exception {
    assumeTrue(BoxImage.usable(), "needs root and a static /bin/busybox");
    here = BoxImage.store(folder.resolve("here"));
    build(
        here,
        """
        FROM box
        RUN --mount=type=cache,id=deps,target=/c,mode=0750,uid=7,gid=8 mkdir /c/a; echo kept > /c/a/b
        RUN --mount=type=cache,id=seeded,from=box,source=/bin,target=/s touch /s/new
        """);
  }

  private void build(Engine engine, String dockerfile) throws Exception {
    Path context = Files.createTempDirectory(folder, "context");
    Files.writeString(context.resolve("Dockerfile"), dockerfile);
    new Builder(engine).build(BoxImage.request(context, Map.of()), new Outcomes());
  }

  /** The image in another store, as if it had been pushed and pulled. */
  private Image moved(Image image, Engine to) throws IOException {
    for (var layer : image.layers().layers()) {
      try (InputStream tar = here.layers().openTar(layer)) {
        byte[] bytes = tar.readAllBytes();
        to.layers()
            .addBlob(layer, here.images().describe(layer), blob -> new ByteArrayInputStream(bytes));
      }
    }
    return to.images().create(image.config(), Map.of());
  }

  @Test
  void servesTheNextRunner() throws Exception {
    Image image = new CacheImages(here).export("deps").orElseThrow();
    Engine there = BoxImage.store(folder.resolve("there"));

    assertThat(CacheImages.id(image)).contains("deps");
    assertThat(new CacheImages(there).restore(moved(image, there), "deps", Present.STAYS)).isTrue();

    build(there, NEEDS_IT);
    FileStatus directory = FileStatus.of(new CacheFolders(there.store()).data("deps").toString());
    assertThat(List.of(directory.mode() & 07777, directory.uid(), directory.gid()))
        .isEqualTo(List.of(0750, 7, 8));
  }

  @Test
  void anUnchangedCacheIsTheSameImage() throws Exception {
    Image first = new CacheImages(here).export("deps").orElseThrow();
    build(here, NEEDS_IT);

    assertThat(new CacheImages(here).export("deps").orElseThrow().id()).isEqualTo(first.id());
  }

  @Test
  void leavesWhatIsThereUnlessToldOtherwise() throws Exception {
    CacheImages images = new CacheImages(here);
    Image image = images.export("deps").orElseThrow();
    Path data = new CacheFolders(here.store()).data("deps");
    Files.writeString(data.resolve("a/b"), "changed");

    assertThat(images.restore(image, "deps", Present.STAYS)).isFalse();
    assertThat(data.resolve("a/b")).hasContent("changed");
    assertThat(images.restore(image, "deps", Present.IS_REPLACED)).isTrue();
    assertThat(data.resolve("a/b")).hasContent("kept");
    assertThat(data.getParent().toFile().list()).containsExactlyInAnyOrder("0", "id");
  }

  @Test
  void listsThoseThatCanTravel() throws Exception {
    assertThat(new CacheFolders(here.store()).list())
        .extracting(CacheFolders.Cache::id)
        .containsExactly("deps");
    assertThat(new CacheImages(here).export("seeded")).isEmpty();
    assertThat(new CacheImages(here).export("none")).isEmpty();
  }
}
