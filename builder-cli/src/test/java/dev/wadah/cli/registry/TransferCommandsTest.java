package dev.wadah.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.cli.Cli;
import dev.wadah.registry.serve.RegistryServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** push, pull and image verify, in docker's words, against a registry of our own. */
class TransferCommandsTest {
  @TempDir Path folder;
  private RegistryServer server;
  private Cli here;
  private Cli there;
  private String repository;

  @BeforeEach
  void start() throws IOException {
    server =
        RegistryServer.start(
            folder.resolve("registry"), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    here = Cli.over(folder.resolve("here"));
    there = Cli.over(folder.resolve("there"));
    repository = server.host() + "/team/app";
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  static byte[] tar(String content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      byte[] file = content.getBytes(StandardCharsets.UTF_8);
      TarArchiveEntry entry = new TarArchiveEntry("file");
      entry.setSize(file.length);
      tar.putArchiveEntry(entry);
      tar.write(file);
      tar.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  private void image(String content, String... tags) throws IOException {
    for (String tag : tags) {
      ok(here.reading(tar(content)), "import", "-", repository + ":" + tag);
    }
  }

  private static String ok(Cli cli, String... words) {
    Cli.Result result = cli.run(words);
    assertThat(result.code()).as(result.err() + result.out()).isZero();
    return result.out();
  }

  @Test
  void pushesAndPullsAllTagsInDockersWords() throws IOException {
    image("one", "1");
    image("two", "2", "latest");
    image("other", "1");
    List<String> pushed = ok(here, "push", "-a", repository).lines().toList();
    assertThat(pushed.get(0)).isEqualTo("The push refers to repository [" + repository + "]");
    assertThat(pushed.stream().filter(line -> line.contains(": digest: sha256:")))
        .extracting(line -> line.substring(0, line.indexOf(':')))
        .containsExactly("1", "2", "latest");
    assertThat(ok(here, "push", "-aq", repository)).isEqualTo(repository + "\n");

    List<String> pulled = ok(there, "pull", "--all-tags", repository).lines().toList();
    assertThat(pulled)
        .filteredOn(line -> line.contains("Pulling from"))
        .containsExactly(
            "1: Pulling from team/app",
            "2: Pulling from team/app",
            "latest: Pulling from team/app");
    assertThat(pulled).filteredOn(line -> line.startsWith("Digest: sha256:")).hasSize(3);
    assertThat(pulled).endsWith("Status: Downloaded newer image for " + repository, repository);
    assertThat(ok(there, "pull", "-a", repository))
        .endsWith("Status: Image is up to date for %s\n%s\n".formatted(repository, repository));
    assertThat(ok(there, "pull", "-aq", repository)).isEqualTo(repository + "\n");
    assertThat(ok(there, "images", "-q", repository).lines().toList())
        .isEqualTo(ok(here, "images", "-q", repository).lines().toList());
  }

  @Test
  void saysWhichTagItTakesWhenNoneIsGiven() throws IOException {
    image("one", "latest");
    assertThat(ok(here, "push", repository))
        .startsWith("Using default tag: latest\nThe push refers to repository [" + repository);
    assertThat(ok(there, "pull", repository))
        .startsWith("Using default tag: latest\nlatest: Pulling from team/app\n")
        .endsWith(repository + ":latest\n");
    assertThat(ok(there, "pull", "-q", repository)).isEqualTo(repository + ":latest\n");
    String digest =
        ok(there, "inspect", "--format", "{{index .RepoDigests 0}}", repository).strip();
    assertThat(ok(there, "pull", digest))
        .startsWith(digest + ": Pulling from team/app\nDigest: sha256:")
        .endsWith("Status: Image is up to date for %s\n%s\n".formatted(digest, digest));
    String tagOfAnother = repository + ":2" + digest.substring(repository.length());
    ok(there, "pull", "-q", tagOfAnother);
    String format = "{{.Repository}} {{.Tag}}";
    assertThat(ok(there, "images", "--format", format)).isEqualTo(repository + " latest\n");
    ok(there, "rmi", repository + ":latest");
    assertThat(ok(there, "images", "--format", format)).isEqualTo(repository + " <none>\n");
  }

  @Test
  void refusesTagsWithAllTagsAndDigestsToPush() {
    for (String command : List.of("pull", "push")) {
      Cli.Result result = here.run(command, "-a", repository + ":1");
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err()).contains("a tag cannot be used with --all-tags");
    }
    String digest = repository + "@sha256:" + "0".repeat(64);
    assertThat(here.run("push", digest).err()).contains("cannot be pushed");
    Cli.Result missing = here.run("pull", "-a", repository);
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).contains(repository).contains("list its tags");
    assertThat(here.run("push", "-a", repository).err())
        .contains("does not exist locally with the name \"" + repository + "\"");
  }

  @Test
  void warnsOfTheOnlyImageWhenItIsForAnotherPlatformAndRunsItNot() throws IOException {
    here.reading(tar("one"));
    ok(here, "import", "--platform", "linux/arm64", "-", repository + ":1");
    ok(here, "push", "-q", repository + ":1");
    String mismatch =
        "image with reference %s:1 was found but its platform (linux/arm64) does not match the specified platform (linux/s390x)"
            .formatted(repository);
    assertThat(ok(there, "pull", "--platform", "linux/s390x", repository + ":1").lines())
        .endsWith(
            "Status: Downloaded newer image for " + repository + ":1",
            "WARNING: " + mismatch,
            repository + ":1");
    assertThat(ok(there, "pull", "-q", "--platform", "linux/s390x", repository + ":1"))
        .isEqualTo(repository + ":1\n");
    assertThat(ok(there, "pull", repository + ":1")).doesNotContain("WARNING");
    assertThat(ok(there, "pull", "--platform", "linux/arm64", repository + ":1"))
        .doesNotContain("WARNING");
    for (String policy : List.of("missing", "always", "never")) {
      Cli.Result run =
          there.run("run", "--pull=" + policy, "--platform", "linux/s390x", repository + ":1", "x");
      assertThat(run.code()).isEqualTo(125);
      assertThat(run.err()).contains("error: " + mismatch + "  [other-platform]");
      // as docker: what is here may not be all there is
      assertThat(run.err().contains("Unable to find image")).isEqualTo(policy.equals("missing"));
      assertThat(run.err().contains("Pulling from")).isEqualTo(!policy.equals("never"));
    }
  }

  @Test
  void runsAnImageOfAnotherPlatformThatIsHereOnlyWithAWarning() throws IOException {
    String other = System.getProperty("os.arch").equals("aarch64") ? "linux/amd64" : "linux/s390x";
    here.reading(tar("one"));
    ok(here, "import", "--platform", other, "-", repository + ":1");
    assertThat(here.run("run", repository + ":1", "/file").err())
        .startsWith(
            "WARNING: The requested image's platform (%s) does not match the detected host platform ("
                .formatted(other));
  }

  @Test
  void pullsWhatIsHereForAnotherPlatformOnlyBeforeItIsRun() throws IOException {
    for (String arch : List.of("s390x", "ppc64le")) {
      here.reading(tar(arch));
      ok(here, "import", "--platform", "linux/" + arch, "-", repository + ":" + arch);
      ok(here, "push", "-q", repository + ":" + arch);
    }
    String name = repository + ":1";
    ok(here, "imagetools", "create", "-t", name, repository + ":s390x", repository + ":ppc64le");
    ok(there, "pull", "-q", "--platform", "linux/s390x", name);
    Cli.Result run = there.run("run", "--platform", "linux/ppc64le", name, "/file");
    assertThat(run.err())
        .startsWith("Unable to find image '%s' locally\n1: Pulling from team/app\n".formatted(name))
        .doesNotContain("WARNING")
        .doesNotContain("other-platform");
  }

  @Test
  void verifiesImagesHereAndInTheirRegistry() throws IOException {
    image("one", "1");
    assertThat(ok(here, "image", "verify", repository + ":1"))
        .contains("in the store: 4 digests recomputed, all fit");
    ok(here, "push", "-q", repository + ":1");
    assertThat(ok(there, "image", "verify", repository + ":1"))
        .contains("in the registry: 4 digests recomputed, all fit");
    assertThat(ok(here, "image", "verify", "--remote", "--json", repository + ":1"))
        .contains("\"place\":\"registry\",\"sound\":true")
        .contains("{\"subject\":\"diffId\",\"digest\":\"sha256:")
        .contains("{\"subject\":\"layer\",\"digest\":\"sha256:");
    damageLargest(folder.resolve("registry/blobs/sha256"));
    Cli.Result damaged = there.run("image", "verify", repository + ":1");
    assertThat(damaged.code()).isEqualTo(1);
    assertThat(damaged.out()).contains("1 wrong");
    assertThat(damaged.err()).isEmpty();
  }

  @Test
  void leavesANameAsItWasWhenALayerDoesNotCome() throws IOException {
    image("one", "1");
    ok(here, "push", "-q", repository + ":1");
    ok(there, "pull", "-q", repository + ":1");
    String before = names(there);
    image("two", "1", "2");
    ok(here, "push", "-aq", repository);
    damage(folder.resolve("registry/blobs/sha256"), "two");
    for (String tag : List.of("1", "2")) {
      Cli.Result pull = there.run("pull", repository + ":" + tag);
      assertThat(pull.code()).isEqualTo(1);
      assertThat(pull.err()).contains("layer of " + repository + ":" + tag + ": expected sha256:");
      assertThat(names(there)).isEqualTo(before);
    }
  }

  /** All names with what they are of; not their ages, which change by the second. */
  private static String names(Cli cli) {
    return ok(cli, "images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}");
  }

  /** Damages the blob that holds a text. */
  private static void damage(Path blobs, String text) throws IOException {
    try (Stream<Path> all = Files.list(blobs)) {
      for (Path blob : all.toList()) {
        String content = Files.readString(blob, StandardCharsets.ISO_8859_1);
        if (content.contains("ustar") && content.contains(text)) {
          Files.writeString(blob, content.replace(text, "2wo"), StandardCharsets.ISO_8859_1);
        }
      }
    }
  }

  private static void damageLargest(Path blobs) throws IOException {
    Path largest;
    try (Stream<Path> all = Files.list(blobs)) {
      largest = all.max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length())).get();
    }
    byte[] bytes = Files.readAllBytes(largest);
    bytes[520] ^= 1;
    Files.write(largest, bytes);
  }
}
