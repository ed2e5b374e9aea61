package dev.wadah.cli.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStream;
import dev.wadah.cli.Cli;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that {@code wadah build} takes for a context, from the command line to the files. */
class ContextFormsTest {
  private static final String COPY_ALL = "FROM scratch\nCOPY . /\n";

  @TempDir Path folder;
  private Path www;
  private Web web;
  private Cli cli;

  @BeforeEach
  void serve() throws IOException {
    www = Files.createDirectories(folder.resolve("www"));
    web = new Web(www);
    cli = Cli.over(folder.resolve("store"));
  }

  @AfterEach
  void stop() {
    web.close();
  }

  private Path write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  /** Builds, and gives the files of the result with their text. */
  private Map<String, String> built(String... words) throws IOException {
    Path out = Files.createTempDirectory(folder, "out");
    List<String> line = new ArrayList<>(List.of("build", "-q", "-o", out.toString()));
    line.addAll(List.of(words));
    Cli.Result result = cli.run(line.toArray(String[]::new));
    assertThat(result.code()).as(result.err()).isZero();
    Map<String, String> files = new java.util.TreeMap<>();
    try (var paths = Files.walk(out)) {
      for (Path file : paths.filter(Files::isRegularFile).toList()) {
        files.put(out.relativize(file).toString(), new String(Files.readAllBytes(file), UTF_8));
      }
    }
    return files;
  }

  private String refused(String... words) {
    List<String> line = new ArrayList<>(List.of("build"));
    line.addAll(List.of(words));
    Cli.Result result = cli.run(line.toArray(String[]::new));
    assertThat(result.code()).as(result.err()).isEqualTo(1);
    assertThat(result.err()).contains("error: ", "why:", "try:").doesNotContain("\tat ");
    return result.err();
  }

  private static byte[] tar(Map<String, String> files, String compression) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(compressed(bytes, compression))) {
      for (Map.Entry<String, String> file : files.entrySet()) {
        byte[] content = file.getValue().getBytes(UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static OutputStream compressed(OutputStream out, String compression) throws IOException {
    return switch (compression) {
      case "gzip" -> new GZIPOutputStream(out);
      case "bzip2" -> new BZip2CompressorOutputStream(out);
      case "xz" -> new XZCompressorOutputStream(out);
      case "zstd" -> new ZstdOutputStream(out);
      default -> out;
    };
  }

  @Test
  void takesADirectoryAndADockerfileFromAnywhere() throws IOException {
    Path context = write("context/f", "f").getParent();
    write("context/Dockerfile", COPY_ALL);
    write("context/deep/Named", "FROM scratch\nCOPY f /named\n");
    Path outside = write("outside/Other", "FROM scratch\nCOPY f /other\n");

    assertThat(built(context.toString())).containsKeys("f", "Dockerfile", "deep/Named");
    assertThat(built("-f", outside.toString(), context.toString())).isEqualTo(Map.of("other", "f"));
    assertThat(built("-f", "deep/Named", context.toString())).isEqualTo(Map.of("named", "f"));
    cli.reading("FROM scratch\nCOPY f /piped\n".getBytes(UTF_8));
    assertThat(built("-f", "-", context.toString())).isEqualTo(Map.of("piped", "f"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "bzip2", "xz", "zstd"})
  void takesAnArchiveOnStandardInputAndByHttp(String compression) throws IOException {
    Map<String, String> files =
        Map.of(
            "Dockerfile", COPY_ALL,
            "sub/Other", "FROM scratch\nCOPY f /other\n",
            "f", "text",
            ".dockerignore", "hidden\nsub\n.dockerignore\nDockerfile\n",
            "hidden", "h");
    byte[] tar = tar(files, compression);

    cli.reading(tar);
    assertThat(built("-")).isEqualTo(Map.of("f", "text"));
    cli.reading(tar);
    assertThat(built("-f", "sub/Other", "-")).isEqualTo(Map.of("other", "text"));
    Files.write(www.resolve("context.tar"), tar);
    assertThat(built(web.url("context.tar"))).isEqualTo(Map.of("f", "text"));
    assertThat(built("-f", "sub/Other", web.url("context.tar"))).isEqualTo(Map.of("other", "text"));
  }

  @Test
  void takesALoneDockerfile() throws IOException {
    String text = "FROM scratch\nCOPY <<EOF /f\nalone\nEOF\n";
    cli.reading(text.getBytes(UTF_8));
    assertThat(built("-")).isEqualTo(Map.of("f", "alone\n"));
    write("www/Dockerfile", text);
    assertThat(built(web.url("Dockerfile"))).isEqualTo(Map.of("f", "alone\n"));
    cli.reading(COPY_ALL.replace(".", "nothing").getBytes(UTF_8));
    assertThat(refused("-")).contains("\"/nothing\"");
  }

  @Test
  void takesARepository() throws Exception {
    GitFixture git = new GitFixture(folder.resolve("work"));
    git.commit(
        Map.of("Dockerfile", COPY_ALL, "f", "one", "sub/Dockerfile", COPY_ALL, "sub/g", "g"));
    git.run("tag", "-a", "-m", "v", "v1");
    String first = git.run("rev-parse", "HEAD");
    git.commit(Map.of("f", "two"));
    git.publish(www.resolve("git/r.git"));
    String url = web.url("git/r.git");

    assertThat(built(url)).containsEntry("f", "two").doesNotContainKey(".git/HEAD");
    assertThat(built(url + "#v1")).containsEntry("f", "one");
    assertThat(built(url + "#main:sub")).containsOnlyKeys("Dockerfile", "g");
    assertThat(built(url + "?ref=v1&subdir=sub")).containsEntry("g", "g");
    assertThat(built(url + "#" + first)).containsEntry("f", "one");
    assertThat(built("-f", "sub/Dockerfile", url + "?tag=v1&keep-git-dir=1"))
        .containsEntry("f", "one")
        .containsKey(".git/HEAD");
    assertThat(built(url + "?ref=v1&checksum=" + first.substring(0, 12))).containsEntry("f", "one");
    assertThat(refused(url + "?ref=main&checksum=" + first)).contains("checksum", first);
    assertThat(refused(url + "#nosuch")).contains("nosuch");
    assertThat(refused(url + "#main:nosuch")).contains("nosuch");
    assertThat(refused(web.url("git/none.git"))).contains("git");
  }

  @Test
  void takesNamedContextsOfEveryKind() throws Exception {
    GitFixture git = new GitFixture(folder.resolve("work"));
    git.commit(Map.of("f", "git", "sub/f", "git sub"));
    git.publish(www.resolve("git/r.git"));
    write("dir/f", "dir");
    write("dir/.dockerignore", "no");
    write("dir/no", "hidden");
    Files.write(www.resolve("x.tar"), tar(Map.of("f", "http"), "gzip"));
    write("image/f", "image");
    write("image/Dockerfile", "FROM scratch\nCOPY f /\n");
    Path layout = folder.resolve("layout");
    for (String output : List.of("type=image", "type=oci,tar=false,dest=" + layout)) {
      Cli.Result made =
          cli.run("build", "-q", "-t", "made:1", "-o", output, folder.resolve("image").toString());
      assertThat(made.code()).as(made.err()).isZero();
    }
    Path context = write("context/Dockerfile", "FROM scratch\nCOPY --from=x / /\n").getParent();

    assertThat(named("x=" + folder.resolve("dir"), context))
        .isEqualTo(Map.of("f", "dir", ".dockerignore", "no"));
    assertThat(named("x=docker-image://made:1", context)).isEqualTo(Map.of("f", "image"));
    assertThat(named("x=oci-layout://" + layout, context)).isEqualTo(Map.of("f", "image"));
    assertThat(named("x=" + web.url("x.tar"), context)).isEqualTo(Map.of("f", "http"));
    assertThat(named("x=" + web.url("git/r.git#main:sub"), context))
        .isEqualTo(Map.of("f", "git sub"));
    assertThat(refused("--build-context", "x=target:base", context.toString()))
        .contains("failed to find target \"base\" for context \"x\"");
    assertThat(refused("--build-context", "x=" + folder.resolve("gone"), context.toString()))
        .contains("\"x\"", "does not exist");
  }

  private Map<String, String> named(String value, Path context) throws IOException {
    return built("--build-context", value, context.toString());
  }

  @Test
  void letsANamedContextTakeAnImagesOrAStagesPlace() throws IOException {
    write("base/from", "files");
    write("image/from", "image");
    write("image/Dockerfile", "FROM scratch\nCOPY from /\n");
    assertThat(cli.run("build", "-t", "made:1", folder.resolve("image").toString()).code())
        .isZero();
    Path context =
        write("context/Dockerfile", "FROM no.such/image:9 AS a\nFROM a\nCOPY Dockerfile /d\n")
            .getParent();

    for (String name : List.of("no.such/image:9", "a")) {
      assertThat(named(name + "=" + folder.resolve("base"), context))
          .containsEntry("from", "files")
          .containsKey("d");
      assertThat(named(name + "=docker-image://made:1", context)).containsEntry("from", "image");
    }
  }
}
