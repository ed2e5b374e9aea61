package dev.wadah.build;

import static dev.wadah.build.BoxRequest.OWN_CACHE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.build.BuildProgress.Outcome;
import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.SharedCache;
import dev.wadah.engine.Engine;
import dev.wadah.layer.FileTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkouts of one commit under several umasks, with and without a cache that they share. */
@Tag("linux")
@Timeout(120)
class CheckoutTest {
  private static final String DOCKERFILE =
      """
      FROM box AS build
      COPY . /src
      RUN --mount=source=sub,target=/sub cat /src/f /sub/g > /made
      FROM box
      COPY f run.sh /
      RUN --mount=from=build,target=/b --mount=source=f,target=/f cat /b/made /f > /both
      COPY --link sub /sub
      COPY --from=build /made /made
      RUN /run.sh
      """;

  @TempDir Path folder;
  private Path repository;

  @BeforeEach
  void makeRepository() throws Exception {
    assumeTrue(BoxImage.usable(), "needs root and a static /bin/busybox");
    repository = Files.createDirectories(folder.resolve("repository/sub")).getParent();
    Files.writeString(repository.resolve("f"), "f\n");
    Files.writeString(repository.resolve("sub/g"), "g\n");
    Files.writeString(repository.resolve("run.sh"), "#!/bin/sh\nhead -c 99 /dev/urandom > /out\n");
    Files.setPosixFilePermissions(
        repository.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(repository.resolve("Dockerfile"), DOCKERFILE);
    Files.writeString(repository.resolve(".dockerignore"), ".git\n");
    shell("git init -q . && git add . && git -c user.name=n -c user.email=e commit -q -m m");
  }

  private void shell(String script) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("sh", "-ec", script);
    builder.directory(repository.toFile()).redirectErrorStream(true);
    builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  private Path checkout(String umask) throws Exception {
    Path to = folder.resolve("checkout" + umask);
    shell("umask " + umask + "; git clone -q . " + to);
    return to;
  }

  private CacheRequest reading() {
    return BoxRequest.caches(List.of(source()), List.of());
  }

  private CacheRequest writing() {
    return BoxRequest.caches(List.of(), List.of(target()));
  }

  private CacheRequest both() {
    return BoxRequest.caches(List.of(source()), List.of(target()));
  }

  private SharedCache source() {
    return new SharedCache("local", Map.of("src", folder.resolve("cache").toString()));
  }

  private SharedCache target() {
    String folder = this.folder.resolve("cache").toString();
    return new SharedCache("local", Map.of("dest", folder, "mode", "max"));
  }

  /** A build's steps, and what it made. */
  private record Built(List<Outcome> steps, Engine engine, BuildResult result) {
    FileTree tree() throws IOException {
      return engine.layers().tree(result.images().values().iterator().next().layers());
    }

    String mode(String path) throws IOException {
      return Integer.toOctalString(tree().find(path).orElseThrow().mode());
    }
  }

  private Built build(Engine engine, Path from, CacheRequest cache) throws Exception {
    Outcomes outcomes = new Outcomes();
    BuildRequest request = BoxRequest.of(from).cache(cache).outputs(BoxRequest.NOWHERE).make();
    BuildResult result = new Builder(engine).build(request, outcomes);
    List<Outcome> steps =
        Stream.of("] RUN", "] COPY").flatMap(s -> outcomes.of(s).stream()).toList();
    assertThat(steps).hasSize(7);
    assertThat(result.warnings()).isEmpty();
    return new Built(steps, engine, result);
  }

  @ParameterizedTest(name = "umask {0}, then {1}")
  @CsvSource({"022,077", "002,022", "077,027", "027,002", "000,022"})
  void runsNoStepAgainUnderAnotherUmask(String first, String second) throws Exception {
    Built one = build(store("one"), checkout(first), writing());
    assertThat(one.steps()).containsOnly(Outcome.DONE);
    Built two = build(store("two"), checkout(second), reading());
    assertThat(two.steps()).containsOnly(Outcome.CACHED);
    assertThat(id(two)).isEqualTo(id(one));
  }

  private static String id(Built built) {
    return built.result().images().values().iterator().next().id().toString();
  }

  private Engine store(String name) throws IOException {
    return BoxImage.store(folder.resolve("store-" + name));
  }

  @Test
  void lendsAllThatOthersMadeBeforeTheyShared() throws Exception {
    // Results from before, found by this machine's own keys, are written under the common ones.
    Engine first = store("first");
    Path open = checkout("002");
    build(first, open, OWN_CACHE);
    assertThat(build(first, open, writing()).steps()).containsOnly(Outcome.CACHED);
    // Another machine did the same on its own, and goes over to what is shared.
    Engine second = store("second");
    Path closed = checkout("077");
    Built own = build(second, closed, OWN_CACHE);
    assertThat(own.mode("/f")).isEqualTo("600");
    assertThat(build(second, closed, both()).steps()).containsOnly(Outcome.CACHED);
    assertThat(build(store("third"), checkout("027"), both()).steps()).containsOnly(Outcome.CACHED);
  }

  @Test
  void countsEveryModeWithinOneStore() throws Exception {
    Engine engine = store("own");
    Path here = checkout("022");
    assertThat(build(engine, here, OWN_CACHE).mode("/f")).isEqualTo("644");
    mode(here, "rw-rw-r--");
    Built changed = build(engine, here, OWN_CACHE);
    assertThat(changed.steps()).contains(Outcome.DONE);
    assertThat(changed.mode("/f")).isEqualTo("664");
    // Back to what there was is no work, and an image of then.
    mode(here, "rw-r--r--");
    Built back = build(engine, here, OWN_CACHE);
    assertThat(back.steps()).containsOnly(Outcome.CACHED);
    assertThat(back.mode("/f")).isEqualTo("644");
  }

  @Test
  void takesNoOpenFileForOneThatIsPrivateOnPurpose() throws Exception {
    build(store("open"), checkout("022"), writing());
    Path here = checkout("002");
    mode(here, "rw-------");
    Built built = build(store("private"), here, reading());
    assertThat(built.steps()).contains(Outcome.DONE);
    assertThat(built.mode("/f")).isEqualTo("600");
  }

  private static void mode(Path checkout, String mode) throws IOException {
    Files.setPosixFilePermissions(checkout.resolve("f"), PosixFilePermissions.fromString(mode));
  }
}
