package dev.wadah.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.registry.serve.RegistryServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Build, save, load and run without a registry: the base is made of the machine's programs. */
@Tag("linux")
class EndToEndTest {
  private static final String BASE = "base:1";

  @TempDir Path folder;
  private Cli cli;

  @BeforeEach
  void importBase() throws IOException, InterruptedException {
    assumeTrue(
        Files.isWritable(Path.of("/")) && "root".equals(System.getProperty("user.name")),
        "RUN wants root");
    cli = Cli.over(folder.resolve("store"));
    Cli.Result imported = cli.reading(QuickstartBase.tar()).run("import", "-", BASE);
    assertThat(imported.code()).as(imported.err()).isZero();
  }

  private Path context(String dockerfile) throws IOException {
    Path context = Files.createDirectories(folder.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), dockerfile);
    Files.writeString(context.resolve("words"), "b\na\n");
    return context;
  }

  private Cli.Result ok(String... words) {
    Cli.Result result = cli.run(words);
    assertThat(result.code()).as(result.err() + result.out()).isZero();
    return result;
  }

  @Test
  void buildsSavesLoadsAndRuns() throws IOException {
    Path context =
        context(
            """
            FROM base:1 AS sorted
            WORKDIR /w
            COPY words .
            RUN cat words | sort > sorted
            FROM base:1
            ENV GREETING=hello
            LABEL kind="test"
            COPY --from=sorted /w/sorted /sorted
            WORKDIR /home
            ENTRYPOINT ["/bin/sh", "-c", "echo $GREETING $0 $(cat /sorted | tr '\\\\n' ,)"]
            CMD ["world"]
            """);
    String id = ok("build", "-q", "-t", "app:1", context.toString()).out().strip();
    assertThat(id).matches("sha256:[0-9a-f]{64}");
    assertThat(ok("run", "--rm", "app:1").out()).isEqualTo("hello world a,b,\n");
    assertThat(ok("run", "--rm", "-e", "GREETING=bye", "app:1", "all").out())
        .isEqualTo("bye all a,b,\n");
    Path archive = folder.resolve("app.tar");
    ok("save", "-o", archive.toString(), "app:1");
    Cli other = Cli.over(folder.resolve("other"));
    Cli.Result loaded = other.run("load", "-i", archive.toString());
    assertThat(loaded.out()).isEqualTo("Loaded image: app:1\n");
    // As docker's: scripts read the name from it.
    assertThat(other.run("load", "-q", "-i", archive.toString()).out()).isEqualTo(loaded.out());
    assertThat(other.run("inspect", "-f", "{{.Id}}", "app:1").out().strip()).isEqualTo(id);
    assertThat(other.run("run", "app:1").out()).isEqualTo("hello world a,b,\n");
  }

  @Test
  void buildsTheSameImageTwiceAndTakesItFromTheCache() throws IOException {
    Path context = context("FROM base:1\nRUN echo made > /made\nCOPY words /\n");
    String first = ok("build", "-q", context.toString()).out();
    Cli.Result second = ok("build", "--progress=plain", "-t", "again", context.toString());
    assertThat(second.err()).contains("RUN echo made > /made\n").contains(" CACHED\n");
    assertThat(ok("inspect", "-f", "{{.Id}}", "again").out()).isEqualTo(first);
  }

  @Test
  void listsTagsInspectsAndRemoves() throws IOException {
    Path context = context("FROM base:1\nCMD [\"sh\"]\nLABEL a=b\n");
    ok("build", "-q", "-t", "one:1", context.toString());
    ok("tag", "one:1", "two:2");
    assertThat(ok("images", "--format", "{{.Repository}}:{{.Tag}}").out().lines())
        .containsExactlyInAnyOrder("base:1", "one:1", "two:2");
    assertThat(ok("inspect", "-f", "{{json .Config.Cmd}} {{.Config.Labels.a}}", "two:2").out())
        .isEqualTo("[\"sh\"] b\n");
    assertThat(ok("history", "--format", "{{.CreatedBy}}", "--no-trunc", "one:1").out())
        .contains("LABEL a=b")
        .contains("CMD [\"sh\"]");
    assertThat(ok("rmi", "one:1").out()).contains("Untagged: one:1");
    assertThat(ok("images", "-q", "one").out()).isEmpty();
    assertThat(ok("images", "two", "--format", "{{.Tag}}").out()).isEqualTo("2\n");
    assertThat(cli.run("inspect", "one:1").code()).isEqualTo(1);
  }

  @Test
  void writesAnOciArchiveAndATarAndADirectory() throws IOException {
    Path context = context("FROM scratch\nCOPY words /data/\n");
    Path oci = folder.resolve("oci.tar");
    Path tar = folder.resolve("root.tar");
    Path local = folder.resolve("local");
    ok(
        "build",
        "-o",
        "type=oci,dest=" + oci,
        "-o",
        "type=tar,dest=" + tar,
        "-o",
        local.toString(),
        context.toString());
    assertThat(names(Files.readAllBytes(oci))).contains("oci-layout", "index.json");
    assertThat(names(Files.readAllBytes(tar))).contains("data/words");
    assertThat(local.resolve("data/words")).hasContent("b\na\n");
  }

  private static Set<String> names(byte[] tar) throws IOException {
    Set<String> names = new TreeSet<>();
    try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(tar))) {
      TarArchiveEntry entry;
      while ((entry = in.getNextEntry()) != null) {
        names.add(entry.getName());
      }
    }
    return names;
  }

  /** More open files than any kernel counts are refused to everybody. */
  @Test
  void warnsOnceOfALimitThatTheMachineDoesNotGive() throws Exception {
    String refused = "wadah: warning: the nofile ulimit is not in force, because the kernel";
    String limit = "nofile=99999999999";

    Cli.Result run = ok("run", "--ulimit", limit, "base:1", "true");
    assertThat(run.err()).startsWith(refused);

    String context = context("FROM base:1\nRUN true\nRUN echo two\n").toString();
    assertThat(ok("build", "--progress=plain", "--ulimit", limit, context).err())
        .containsOnlyOnce(refused);
  }

  @Test
  void warnsOnceOfWhatThisMachineCannotUnpack() throws Exception {
    String lacks = "it lacks 1 extended attribute: user.long of \"/%s\": ";
    importWithLongAttribute("one", "long:1");
    importWithLongAttribute("two", "long:2");

    Cli.Result run = ok("run", "long:1", "true");
    assertThat(run.err())
        .startsWith("wadah: warning: layer sha256:")
        .contains(lacks.formatted("one"));
    assertThat(ok("run", "long:1", "true").err()).isEmpty();

    String context = context("FROM long:2\nRUN true\n").toString();
    assertThat(ok("build", context).err())
        .contains("wadah: warning: layer sha256:", lacks.formatted("two"), "[layer-incomplete]");
    assertThat(ok("build", context).err()).doesNotContain("layer-incomplete");
  }

  private void importWithLongAttribute(String name, String image) throws Exception {
    Cli.Result imported =
        cli.reading(QuickstartBase.withLongAttribute(name)).run("import", "-", image);
    assertThat(imported.code()).as(imported.err()).isZero();
  }

  @Test
  void returnsTheContainersCodeAndDockersOwn() {
    assertThat(cli.run("run", BASE, "sh", "-c", "exit 7").code()).isEqualTo(7);
    assertThat(cli.run("run", BASE, "no-such-program").code()).isEqualTo(127);
    assertThat(cli.run("run", BASE, "/etc/passwd").code()).isEqualTo(126);
    assertThat(cli.run("run", BASE).code()).isEqualTo(125);
    assertThat(cli.run("run", BASE, "sh", "-c", "sh -c 'kill -9 $$'; exit $?").code())
        .isEqualTo(137);
  }

  @Test
  void attachesFilesVolumesAndVariables() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    Files.writeString(data.resolve("in"), "from the machine\n");
    Path variables = Files.writeString(folder.resolve("vars"), "A=1\n");
    assertThat(
            ok(
                    "run",
                    "-v",
                    data + ":/data",
                    "--env-file",
                    variables.toString(),
                    "-e",
                    "B=2",
                    "-w",
                    "/data",
                    "--tmpfs",
                    "/scratch",
                    "--network",
                    "none",
                    "--hostname",
                    "box",
                    BASE,
                    "sh",
                    "-c",
                    "cat in; echo $A $B $(pwd) $HOSTNAME; echo out > out; echo x > /scratch/x; cat /scratch/x")
                .out())
        .isEqualTo("from the machine\n1 2 /data box\nx\n");
    assertThat(data.resolve("out")).hasContent("out");
    Cli.Result readOnly =
        cli.run("run", "-v", data + ":/data:ro", BASE, "sh", "-c", "echo no > /data/out");
    assertThat(readOnly.code()).isNotZero();
    assertThat(data.resolve("out")).hasContent("out");
  }

  @Test
  void fillsVolumesFromTheImageAndThrowsThemAway() throws IOException {
    Path context = context("FROM base:1\nCOPY words /vol/words\nVOLUME /vol /empty\n");
    ok("build", "-q", "-t", "vol", context.toString());
    for (int i = 0; i < 2; i++) {
      assertThat(
              ok(
                      "run",
                      "vol",
                      "sh",
                      "-c",
                      "cat /vol/words; echo more >> /vol/words; echo e > /empty/e; cat /empty/e")
                  .out())
          .isEqualTo("b\na\ne\n");
    }
  }

  @Test
  void namesTheStepThatFailsAndKeepsTheStoreWhole() throws IOException {
    Path context = context("FROM base:1\nRUN echo before; exit 3\n");
    Cli.Result failed = cli.run("build", "--progress=plain", context.toString());
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err()).contains("before").contains("Dockerfile:2").doesNotContain("\tat ");
    ok("build", "-q", context("FROM base:1\nRUN echo fine\n").toString());
  }

  @Test
  void saysWhatIsWrongWithoutAStackTrace() throws IOException {
    List<String> dockerfiles =
        List.of(
            "",
            "FORM base:1\n",
            "FROM base:1\nCOPY missing /\n",
            "FROM base:1\nCOPY --from=nobody /a /\n");
    for (String dockerfile : dockerfiles) {
      Cli.Result failed = cli.run("build", context(dockerfile).toString());
      assertThat(failed.code()).as(dockerfile).isEqualTo(1);
      assertThat(failed.err()).as(dockerfile).contains("error: ").doesNotContain("\tat ");
    }
    assertThat(cli.run("build", folder.resolve("nowhere").toString()).code()).isEqualTo(1);
    Path garbage = Files.write(folder.resolve("garbage"), new byte[] {1, 2, 3, 4});
    Cli.Result load = cli.run("load", "-i", garbage.toString());
    assertThat(load.code()).isEqualTo(1);
    assertThat(load.err()).contains("garbage").doesNotContain("\tat ");
  }

  @Test
  void writesIdAndMetadataFiles() throws IOException {
    Path context = context("FROM scratch\nCOPY words /\n");
    Path id = folder.resolve("id");
    Path metadata = folder.resolve("metadata");
    String printed =
        ok(
                "build",
                "-q",
                "--iidfile",
                id.toString(),
                "--metadata-file",
                metadata.toString(),
                "-t",
                "meta",
                context.toString())
            .out();
    assertThat(id).hasContent(printed.strip());
    assertThat(Files.readString(metadata)).contains("\"containerimage.digest\": \"sha256:");
  }

  @Test
  void readsTheDockerfileFromStandardInput() {
    cli.reading("FROM base:1\nRUN echo in > /in\n".getBytes(StandardCharsets.UTF_8));
    ok("build", "-q", "-t", "piped", "-");
    assertThat(ok("run", "--rm", "piped", "cat", "/in").out()).isEqualTo("in\n");
  }

  @Test
  void printsThePlan() throws IOException {
    Path context = context("FROM base:1 AS a\nRUN echo x\n");
    assertThat(ok("build", "--print", "graph", context.toString()).out()).contains("RUN echo x");
    assertThat(ok("build", "--print", "ast", context.toString()).out()).contains("echo x");
    assertThat(ok("build", "--print", "keys", context.toString()).out()).isNotEmpty();
    assertThat(ok("build", "--print", "spec", context.toString()).out()).isNotEmpty();
  }

  @Test
  void pushesAndPullsThroughARegistry() throws Exception {
    ok("build", "-q", "-t", "app:1", context("FROM base:1\nRUN echo pushed > /f\n").toString());
    try (RegistryServer server =
        RegistryServer.start(
            folder.resolve("registry"),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      String name = server.host() + "/team/app:1";
      ok("tag", "app:1", name);
      assertThat(ok("push", name).out()).contains("Pushed").contains("1: digest: sha256:");
      Cli other = Cli.over(folder.resolve("other"));
      Cli.Result pulled = other.run("pull", name);
      assertThat(pulled.code()).as(pulled.err()).isZero();
      assertThat(pulled.out()).contains("Pull complete").endsWith(name + "\n");
      assertThat(other.run("run", name, "cat", "/f").out()).isEqualTo("pushed\n");
      assertThat(other.run("pull", server.host() + "/no/such:1").code()).isEqualTo(1);
    }
  }

  @Test
  void verifiesTheStoreAndNamesWhatIsDamaged() throws IOException {
    assertThat(ok("store", "verify").out()).contains("is whole");
    try (Stream<Path> files = Files.walk(folder.resolve("store"))) {
      Path blob =
          files
              .filter(f -> f.toString().matches(".*/blobs/.*/[0-9a-f]{64}"))
              .filter(Files::isRegularFile)
              .findFirst()
              .orElseThrow();
      Files.write(blob, new byte[] {'x'}, StandardOpenOption.APPEND);
    }
    Cli.Result damaged = cli.run("store", "verify");
    assertThat(damaged.code()).isEqualTo(1);
    assertThat(damaged.out()).contains("blob sha256:");
  }

  @Test
  void saysOfABuildWhatCallAsks() throws IOException {
    String dockerfile =
        """
        # build makes it
        FROM base:1 AS build
        ARG WHO=world
        # also ends it
        FROM build as Final
        RUN --mount=type=secret,id=key true
        """;
    String context = context(dockerfile).toString();
    Cli.Result check = cli.run("build", "--check", context);
    assertThat(check.code()).isEqualTo(1);
    assertThat(check.out()).contains("warnings have been found!");
    assertThat(check.err()).contains("StageNameCasing").contains("FromAsCasing");
    assertThat(cli.run("build", "--call", "check,format=json", context).out())
        .contains("\"ruleName\": \"StageNameCasing\"");
    assertThat(ok("build", "--call", "targets", context).out())
        .contains("build")
        .contains("makes it")
        .contains("final (default)");
    assertThat(ok("build", "--call=outline", context).out()).contains("WHO").contains("key");
    assertThat(ok("build", "--call=outline,format=json", context).out())
        .contains("\"name\": \"WHO\"");
  }

  @Test
  void lintsAndFormatsFiles() throws IOException {
    Path file = context("from base:1 as A\nrun   true\n").resolve("Dockerfile");
    Cli.Result json = cli.run("lint", "--error", "--format", "json", file.toString());
    assertThat(json.code()).isEqualTo(1);
    assertThat(json.out()).contains("\"rule\": \"StageNameCasing\"").contains("\"line\": 1");
    for (String format : List.of("text", "sarif", "checkstyle", "gitlab")) {
      assertThat(cli.run("lint", "--format", format, file.toString()).out())
          .contains("StageNameCasing");
    }
    assertThat(cli.run("fmt", "--check", file.toString()).code()).isEqualTo(1);
    assertThat(ok("fmt", file.toString()).out()).contains("FROM base:1").contains("RUN true");
    ok("fmt", "-w", file.toString());
    ok("fmt", "--check", file.toString());
    Files.writeString(file, "FROM base:1\nRUN true\n");
    assertThat(ok("lint", file.toString()).out()).isEmpty();
    Files.writeString(file, "FROM base:1\nFROB x\n");
    assertThat(cli.run("lint", "--format", "json", file.toString()).out())
        .contains("\"level\": \"error\"")
        .contains("\"line\": 2");
  }
}
