package dev.wadah.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.build.BuildProgress.Outcome;
import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.SharedCache;
import dev.wadah.engine.Engine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An image with an inline cache is an image like others, for programs that know of no cache. */
@Tag("peer")
@Timeout(120)
class InlineCachePeerTest {
  @TempDir Path folder;

  private static void needs(String program) {
    boolean here = Files.isExecutable(Path.of("/usr/bin", program));
    if ("1".equals(System.getenv("WADAH_MUST_WORK"))) {
      assertThat(here).as(program).isTrue();
    }
    assumeTrue(here, program + " is not installed");
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
  }

  private BuildResult build(
      Engine engine, Path context, CacheRequest cache, String name, Outcomes outcomes)
      throws Exception {
    BuildRequest request =
        BoxRequest.of(context).cache(cache).outputs(BoxRequest.push(name)).names().make();
    return new Builder(engine).build(request, outcomes);
  }

  @Test
  void skopeoCopiesItAndUmociUnpacksIt() throws Exception {
    needs("skopeo");
    needs("umoci");
    assumeTrue(BoxImage.usable(), "needs root and a static /bin/busybox");
    Path context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), "FROM box\nRUN echo made > /made\n");
    try (TestRegistry registry =
        TestRegistry.start(TestRegistry.Kind.OURS, folder.resolve("registry"))) {
      String name = registry.host() + "/team/app:1";
      SharedCache inline = new SharedCache("inline", Map.of());
      Engine here = BoxImage.store(folder.resolve("here"));
      build(here, context, BoxRequest.caches(List.of(), List.of(inline)), name, new Outcomes());

      Path layout = folder.resolve("layout");
      run("skopeo", "inspect", "--tls-verify=false", "docker://" + name);
      run(
          "skopeo",
          "copy",
          "-q",
          "--src-tls-verify=false",
          "docker://" + name,
          "oci:" + layout + ":x");
      Path bundle = folder.resolve("bundle");
      run("umoci", "unpack", "--image", layout + ":x", bundle.toString());
      assertThat(bundle.resolve("rootfs/made")).hasContent("made\n");

      String copied = registry.host() + "/copied/app:1";
      run(
          "skopeo",
          "copy",
          "-q",
          "--dest-tls-verify=false",
          "oci:" + layout + ":x",
          "docker://" + copied);
      SharedCache source = new SharedCache("registry", Map.of("ref", copied));
      Outcomes outcomes = new Outcomes();
      build(
          BoxImage.store(folder.resolve("there")),
          context,
          BoxRequest.caches(List.of(source), List.of()),
          registry.host() + "/team/again:1",
          outcomes);
      assertThat(outcomes.of("] RUN")).as("the cache came along").containsExactly(Outcome.CACHED);
    }
  }
}
