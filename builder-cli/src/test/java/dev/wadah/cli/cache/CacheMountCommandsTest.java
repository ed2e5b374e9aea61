package dev.wadah.cli.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.cli.Cli;
import dev.wadah.registry.serve.RegistryServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cache mount}, over a registry of our own; an image is what the first cache is made of. */
@Tag("linux")
class CacheMountCommandsTest {
  @TempDir Path folder;
  private RegistryServer registry;
  private Cli cli;
  private String name;

  @BeforeEach
  void importFirst() throws IOException {
    registry =
        RegistryServer.start(
            folder.resolve("registry"), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    name = registry.host() + "/team/app:m2";
    cli = Cli.over(folder.resolve("store"));
    Path context = Files.createDirectories(folder.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), "FROM scratch\nCOPY jar /repo/\n");
    Files.writeString(context.resolve("jar"), "a jar\n");
    ok(cli, "build", "-q", "-t", "first", context.toString());
    assertThat(ok(cli, "cache", "mount", "import", "first", "/root/.m2")).isEqualTo("/root/.m2\n");
  }

  @AfterEach
  void stop() throws IOException {
    registry.close();
  }

  private static String ok(Cli cli, String... words) {
    Cli.Result result = cli.run(words);
    assertThat(result.code()).as(result.err() + result.out()).isZero();
    return result.out();
  }

  private static List<Path> jars(Path store) throws IOException {
    try (Stream<Path> files = Files.walk(store.resolve("mounts"))) {
      return files.filter(file -> file.endsWith("repo/jar")).toList();
    }
  }

  @Test
  void listsWhatIsThere() {
    assertThat(ok(cli, "cache", "mount", "ls", "-q")).isEqualTo("/root/.m2\n");
    assertThat(ok(cli, "cache", "mount", "ls"))
        .startsWith("ID          SIZE")
        .containsPattern("/root/.m2   \\d.*B +Less than a second ago");
  }

  @Test
  void bringsACacheToAnotherMachine() throws IOException {
    String id = ok(cli, "cache", "mount", "export", "--push", "/root/.m2", name);
    assertThat(id.lines().reduce((a, b) -> b)).get().asString().startsWith("sha256:");

    Cli other = Cli.over(folder.resolve("other"));
    assertThat(ok(other, "cache", "mount", "import", name)).isEqualTo("/root/.m2\n");

    assertThat(jars(folder.resolve("other")))
        .singleElement()
        .satisfies(jar -> assertThat(jar).hasContent("a jar\n"));
    assertThat(other.run("cache", "mount", "import", name).err())
        .contains("is here already and stays");
    assertThat(ok(other, "cache", "mount", "import", "--replace", name)).isEqualTo("/root/.m2\n");
    assertThat(ok(cli, "cache", "mount", "export", "--push", "/root/.m2", name))
        .contains("already");
  }

  @Test
  void saysWhatIsWrong() {
    assertThat(cli.run("cache", "mount", "export", "/root/.m3", name).err())
        .contains("no such cache mount: \"/root/.m3\"", "did you mean \"/root/.m2\"?");
    assertThat(cli.run("cache", "mount", "export", "/root/.m2").code()).isEqualTo(2);
    assertThat(cli.run("cache", "mount", "export", "/root/.m2", "a@sha256:" + "0".repeat(64)).err())
        .contains("a digest stands for what is there already");
    assertThat(cli.run("cache", "mount", "import", "--pull=never", name).err())
        .contains("no such image");
    assertThat(cli.run("cache", "mount", "import", "first").err())
        .contains("does not say which cache mount it is of");
  }

  @Test
  void aFirstRunnerFindsNothingToImport() {
    assertThat(cli.run("cache", "mount", "import", name).code()).isEqualTo(1);

    Cli.Result result = cli.run("cache", "mount", "import", "--ignore-error", name);

    assertThat(result.code()).isZero();
    assertThat(result.err()).contains("WARNING: nothing was imported: ", registry.host());
  }
}
