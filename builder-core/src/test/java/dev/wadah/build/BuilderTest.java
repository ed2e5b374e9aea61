package dev.wadah.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.build.BuildProgress.Outcome;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.layer.FileTree;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole builds with real containers. */
@Tag("linux")
@Timeout(120)
class BuilderTest {
  @TempDir Path folder;
  private Engine engine;
  private Path context;

  @BeforeEach
  void openStore() throws IOException {
    assumeTrue(BoxImage.usable(), "needs root and a static /bin/busybox");
    engine = BoxImage.store(folder.resolve("store"));
    context = Files.createDirectory(folder.resolve("context"));
  }

  private void dockerfile(String text) throws IOException {
    Files.writeString(context.resolve("Dockerfile"), text);
  }

  private Image build(Outcomes outcomes) throws Exception {
    return build(outcomes, Map.of());
  }

  private Image build(Outcomes outcomes, Map<String, String> buildArgs) throws Exception {
    BuildRequest request = BoxImage.request(context, buildArgs);
    BuildResult result = new Builder(engine).build(request, outcomes);
    return result.images().values().iterator().next();
  }

  private String read(Image image, String path) throws IOException {
    FileTree tree = engine.layers().tree(image.layers());
    try (var in = tree.open(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void findsEveryStepAgainWhenNothingChanged() throws Exception {
    Files.writeString(context.resolve("f"), "content\n");
    dockerfile("FROM box\nRUN echo a > /a\nCOPY f /f\nWORKDIR /w\nRUN cat /f /a > b\n");
    Outcomes first = new Outcomes();
    Image image = build(first);
    assertThat(first.of("/")).containsOnly(Outcome.DONE);
    assertThat(read(image, "/w/b")).isEqualTo("content\na\n");

    Outcomes second = new Outcomes();
    Image again = build(second);
    assertThat(second.of("RUN")).containsExactly(Outcome.CACHED, Outcome.CACHED);
    assertThat(second.of("COPY")).containsExactly(Outcome.CACHED);
    assertThat(again.id()).isEqualTo(image.id());
  }

  @Test
  void unpacksACopyOnlyForAContainer() throws Exception {
    Files.writeString(context.resolve("f"), "content\n");
    dockerfile("FROM box AS first\nCOPY f /f\nFROM scratch\nCOPY --from=first /f /g\n");
    long trees = trees();
    Image image = build(new Outcomes());
    assertThat(read(image, "/g")).isEqualTo("content\n");
    assertThat(trees()).isEqualTo(trees);

    dockerfile("FROM box AS first\nCOPY f /f\nRUN cp /f /g\n");
    Outcomes outcomes = new Outcomes();
    assertThat(read(build(outcomes), "/g")).isEqualTo("content\n");
    assertThat(outcomes.of("COPY")).containsExactly(Outcome.CACHED);
    assertThat(trees()).isEqualTo(trees + 2);
  }

  private long trees() throws IOException {
    try (Stream<Path> trees = Files.list(engine.store().room("layers/trees"))) {
      return trees.count();
    }
  }

  @Test
  void runsOnlyWhatAChangedFileTouches() throws Exception {
    Files.writeString(context.resolve("f"), "1\n");
    dockerfile("FROM box\nRUN echo before\nCOPY f /f\nRUN cat /f\n");
    build(new Outcomes());
    Files.writeString(context.resolve("f"), "2\n");
    Outcomes outcomes = new Outcomes();
    build(outcomes);
    assertThat(outcomes.of("RUN")).containsExactly(Outcome.CACHED, Outcome.DONE);
    assertThat(outcomes.output()).isEqualTo("2\n");
  }

  @Test
  void refusesABadOutputBeforeAnyStepRuns() throws Exception {
    dockerfile("FROM box\nRUN echo ran\n");
    BuildRequest request = BoxRequest.of(context).names("box/UPPER").make();
    Outcomes outcomes = new Outcomes();
    assertThatThrownBy(() -> new Builder(engine).build(request, outcomes))
        .isInstanceOf(BuildException.class)
        .hasMessageContaining("box/UPPER");
    assertThat(outcomes.of("RUN")).isEmpty();
    assertThat(outcomes.output()).isEmpty();
  }

  @Test
  void findsStepsBelowAStageThatMadeTheSameFilesAgain() throws Exception {
    dockerfile(
        """
        FROM box AS one
        ARG V
        RUN echo same > /f
        FROM box
        COPY --from=one /f /f
        RUN cat /f
        """);
    build(new Outcomes(), Map.of("V", "1"));
    Outcomes outcomes = new Outcomes();
    build(outcomes, Map.of("V", "2"));
    assertThat(outcomes.of("RUN echo same")).containsExactly(Outcome.DONE);
    assertThat(outcomes.of("COPY")).containsExactly(Outcome.CACHED);
    assertThat(outcomes.of("RUN cat")).containsExactly(Outcome.CACHED);
  }

  @Test
  void runsStagesAtTheSameTime() throws Exception {
    StringBuilder text = new StringBuilder();
    // Each step waits for the other three, so one after the other would never end well.
    for (int i = 1; i <= 4; i++) {
      text.append("FROM box AS s").append(i).append("\nRUN --mount=type=cache,id=meet,target=/c ");
      text.append("touch /c/").append(i).append(" /done; for t in $(seq 300); do ");
      text.append("[ $(ls /c | wc -l) = 4 ] && exit 0; sleep 0.1; done; exit 1\n");
    }
    text.append("FROM scratch\n");
    for (int i = 1; i <= 4; i++) {
      text.append("COPY --from=s").append(i).append(" /done /").append(i).append('\n');
    }
    dockerfile(text.toString());
    Outcomes outcomes = new Outcomes();
    build(outcomes);
    assertThat(outcomes.of("RUN")).hasSize(4).containsOnly(Outcome.DONE);
  }

  @Test
  void runsEqualStepsOfTwoProcessesOnce() throws Exception {
    dockerfile("FROM box\nRUN --mount=type=cache,id=n,target=/c echo x >> /c/n; sleep 2\n");
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                BoxImage.class.getName(),
                engine.store().root().toString(),
                context.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Outcomes outcomes = new Outcomes();
    build(outcomes);
    String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(other.waitFor()).isZero();
    assertThat(List.of(outcomes.of("RUN").toString(), said.strip()))
        .containsExactlyInAnyOrder("[DONE]", "[CACHED]");

    dockerfile("FROM box\nRUN --mount=type=cache,id=n,target=/c wc -l < /c/n\n");
    Outcomes count = new Outcomes();
    build(count);
    assertThat(count.output().strip()).isEqualTo("1");
  }

  @Test
  void tellsWhyARunFailed() throws Exception {
    dockerfile("FROM box\nRUN for i in $(seq 30); do echo line $i; done; exit 42\n");
    assertThatThrownBy(() -> build(new Outcomes()))
        .isInstanceOfSatisfying(
            BuildException.class,
            e -> {
              Diagnostic d = e.diagnostics().get(0);
              assertThat(d.code()).isEqualTo("run-failed");
              assertThat(d.message()).contains("exit code: 42").contains("exit 42");
              assertThat(d.span().orElseThrow().startLine()).isEqualTo(2);
              assertThat(d.why())
                  .contains("line 30")
                  .contains("line 11")
                  .doesNotContain("line 10\n");
              Path log = Path.of(d.remedy().substring(d.remedy().indexOf('/')));
              assertThat(log).content().contains("line 1\n").contains("line 30\n");
            });
    assertNothingIsLeft();
  }

  @Test
  void refusesProgramsOfAnotherProcessor() throws Exception {
    assumeTrue(!Files.exists(Path.of("/proc/sys/fs/binfmt_misc/qemu-s390x")), "QEMU is here");
    dockerfile("FROM foreign\nRUN true\n");
    assertThatThrownBy(() -> build(new Outcomes()))
        .isInstanceOfSatisfying(
            BuildException.class,
            e -> {
              assertThat(e.diagnostics().get(0).message()).contains("linux/s390x");
              assertThat(e.diagnostics().get(0).remedy()).contains("qemu-user-static");
            });
  }

  @Test
  void leavesNothingWhenItIsCancelled() throws Exception {
    dockerfile("FROM box\nRUN echo begun; sleep 98765\n");
    Outcomes outcomes = new Outcomes();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread build =
        new Thread(
            () -> {
              try {
                build(outcomes);
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    build.start();
    outcomes.awaitOutput("begun");
    build.interrupt();
    build.join();
    assertThat(thrown.get()).isInstanceOf(InterruptedIOException.class);
    assertThat(outcomes.of("RUN")).containsExactly(Outcome.CANCELLED);
    assertThat(processes("98765")).isEmpty();
    assertNothingIsLeft();
  }

  @Test
  void givesSecretsToStepsAndKeepsThemNowhere() throws Exception {
    dockerfile(
        """
        FROM box
        RUN --mount=type=secret,id=token,required wc -c < /run/secrets/token > /size
        RUN --mount=type=secret,id=token,env=TOKEN echo ${#TOKEN} >> /size
        RUN ls /run /run/secrets 2>&1 | wc -l >> /size
        """);
    Image image = build(new Outcomes());
    assertThat(read(image, "/size").replace(" ", "")).isEqualTo("24\n24\n2\n");
    assertThat(filesWith("s3cr3t-value-of-the-test")).isEmpty();
  }

  @Test
  void putsTheEpochOnEveryDate() throws Exception {
    dockerfile("FROM box\nLABEL a=b\nRUN echo x > /x\n");
    Image image = build(new Outcomes(), Map.of("SOURCE_DATE_EPOCH", "1700000000"));
    assertThat(image.config().created().orElseThrow().getEpochSecond()).isEqualTo(1_700_000_000L);
    assertThat(image.config().history())
        .allSatisfy(
            h -> assertThat(h.created().orElseThrow().getEpochSecond()).isEqualTo(1_700_000_000L));
  }

  @Test
  void printsAPlanWithoutDoingIt() throws Exception {
    dockerfile("FROM box\nRUN exit 1\n");
    String graph =
        new Builder(engine).print(BoxImage.request(context, Map.of()), Builder.Printed.GRAPH);
    assertThat(graph).contains("#2 [2/2] RUN exit 1 <- #1").contains("target #2");
    String keys =
        new Builder(engine).print(BoxImage.request(context, Map.of()), Builder.Printed.KEYS);
    assertThat(keys).contains("argument: exit 1");
  }

  @Test
  void neitherBlocksItselfNorOthersWithLockedCaches() throws Exception {
    String cache = "--mount=type=cache,sharing=locked,";
    StringBuilder text = new StringBuilder();
    for (String order : List.of("a b", "b a", "a a")) {
      String[] ids = order.split(" ", -1);
      text.append("FROM box AS s").append(order.replace(' ', '-')).append("\nRUN ");
      text.append(cache).append("id=").append(ids[0]).append(",target=/1 ");
      text.append(cache).append("id=").append(ids[1]).append(",target=/2 ");
      // Ids do not count for the cache, so the commands must differ.
      text.append("touch /1/x && sleep 0.3 && echo ").append(order).append(" > /done\n");
    }
    text.append("FROM scratch\nCOPY --from=sa-b /done /1\nCOPY --from=sb-a /done /2\n");
    text.append("COPY --from=sa-a /done /3\n");
    dockerfile(text.toString());
    Outcomes outcomes = new Outcomes();
    build(outcomes);
    assertThat(outcomes.of("RUN")).hasSize(3).containsOnly(Outcome.DONE);
  }

  @Test
  void checksAFileEvenWhenItsBaseCannotBeHad() throws Exception {
    dockerfile("FROM nowhere.invalid/none:1 AS Upper\nLABEL a=$NOPE\n");
    CheckReport report = new Builder(engine).check(BoxImage.request(context, Map.of()));
    assertThat(report.findings())
        .extracting(Diagnostic::code)
        .contains("StageNameCasing", "UndefinedVar");
    assertThat(report.errors()).extracting(Diagnostic::code).containsExactly("image-not-found");
    assertThat(report.errors().get(0).message())
        .isEqualTo(
            "nowhere.invalid/none:1 is not on this machine, and pulling is not allowed (pull policy never)");
    assertThat(report.errors().get(0).remedy())
        .isEqualTo("wadah pull nowhere.invalid/none:1, or --pull=missing");

    dockerfile("FROM box AS lower\nLABEL a=$PATH\n");
    assertThat(new Builder(engine).check(BoxImage.request(context, Map.of())).isClean()).isTrue();
  }

  @Test
  void warnsOfABaseForAnotherPlatform() throws Exception {
    dockerfile("FROM foreign\nLABEL a=b\n");
    CheckReport report = new Builder(engine).check(BoxImage.request(context, Map.of()));
    assertThat(report.findings())
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.code()).isEqualTo("InvalidBaseImagePlatform");
              assertThat(d.message()).contains("linux/s390x");
            });
  }

  @Test
  void outlinesTheTargetWithoutAskingForItsBase() throws Exception {
    dockerfile("ARG A=1\n# last the result\nFROM nowhere.invalid/none:$A AS last\nARG B\n");
    BuildRequest request = BoxImage.request(context, Map.of("B", "2"));
    assertThat(new Builder(engine).outline(request).args())
        .extracting(arg -> arg.name() + "=" + arg.value().orElse(""))
        .containsExactly("A=1", "B=2");
    assertThat(new Builder(engine).targets(request))
        .singleElement()
        .satisfies(target -> assertThat(target.description()).hasValue("the result"));
  }

  private void assertNothingIsLeft() throws IOException {
    try (Stream<Path> work = Files.list(engine.store().room("work"))) {
      assertThat(work).isEmpty();
    }
    try (Stream<Path> locks = Files.list(engine.store().room("locks"))) {
      assertThat(locks).isEmpty();
    }
  }

  private static List<String> processes(String argument) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.map(p -> p.resolve("cmdline"))
          .filter(Files::isReadable)
          .map(BuilderTest::content)
          .filter(text -> text.contains("sleep\0" + argument))
          .toList();
    }
  }

  private List<Path> filesWith(String text) throws IOException {
    try (Stream<Path> all = Files.walk(engine.store().root())) {
      return all.filter(p -> Files.isRegularFile(p, java.nio.file.LinkOption.NOFOLLOW_LINKS))
          .filter(p -> content(p).contains(text))
          .toList();
    }
  }

  private static String content(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      // A process that has ended meanwhile.
      return "";
    }
  }
}
