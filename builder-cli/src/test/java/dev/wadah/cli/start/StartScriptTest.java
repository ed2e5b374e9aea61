package dev.wadah.cli.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the start script gives to a JVM, and the archives that it makes for it. */
class StartScriptTest extends StartScriptFixture {
  @Test
  void putsTheJarOfBuildsFirstAndPassesArgumentsAsTheyAre() throws Exception {
    Run run = run(jvm("25.0.1"), Map.of(), "build", "-t", "a b", "*", "");
    assertThat(run.lines())
        .containsSubsequence(
            "-cp", lib("wadah", "services", "libraries"), "dev.wadah.cli.Main", "build");
    assertThat(run.output()).endsWith("build\n-t\na b\n*\n\n");
    assertThat(run.lines()).contains("-Dwadah.libexec=" + home + "/libexec");
  }

  @ParameterizedTest
  @CsvSource({
    "25.0.1+9, aot, -XX:AOTCache=",
    "17.0.15+6, jsa, -XX:SharedArchiveFile=",
    "21.0.2, jsa, -XX:SharedArchiveFile=",
  })
  void usesTheArchiveThatItsFirstRunMakes(String version, String kind, String option)
      throws Exception {
    Path jvm = jvm(version);
    assertThat(run(jvm, Map.of(), "build").output()).doesNotContain(option);
    Path archive = archive(version, kind);
    assertThat(run(jvm, Map.of(), "build").lines()).contains(option + archive);
    assertThat(trainings(jvm)).isEqualTo(1);
  }

  @Test
  void takesNoArchiveThatACrashHasLeftEmptyAndMakesItAnew() throws Exception {
    Path jvm = jvm("25");
    run(jvm, Map.of(), "build");
    Path archive = archive("25", "aot");
    Files.write(archive, new byte[0]);
    assertThat(run(jvm, Map.of(), "build").output()).doesNotContain("-XX:AOTCache=");
    awaitTrue(() -> trainings(jvm) == 2);
    assertThat(archive("25", "aot")).isNotEmptyFile();
  }

  /** A full disk may have cut it off, and every start would die of it. */
  @Test
  void keepsNoArchiveThatTheJvmCannotStartWith() throws Exception {
    Path jvm = jvm("17");
    String dies = "case \"$*\" in *SharedArchiveFile*) kill -BUS $$ ;; esac\n";
    Path java = jvm.resolve("bin/java");
    Files.writeString(java, Files.readString(java).replace("for word", dies + "for word"));
    run(jvm, Map.of(), "build");
    awaitTrue(() -> trainings(jvm) == 1);
    awaitTrue(() -> isEmpty(caches.resolve("wadah")));
    assertThat(run(jvm, Map.of(), "build").code()).isZero();
  }

  @Test
  void tellsTheJvmToRemoveTheArchiveThatItDiesOf() throws Exception {
    Path jvm = jvm("17");
    run(jvm, Map.of(), "build");
    Path archive = archive("17", "jsa");
    assertThat(run(jvm, Map.of(), "build").lines())
        .contains("-XX:OnError=rm -f '" + archive + "'", "-Dwadah.archive=" + archive);
    assertThat(run(jvm, Map.of("WADAH_JAVA_OPTS", "-XX:+UseZGC"), "build").output())
        .contains("-XX:SharedArchiveFile=")
        .doesNotContain("-Dwadah.archive=");
  }

  @Test
  void makesOneArchiveWhenSeveralStartAtOnce() throws Exception {
    Path jvm = jvm("25");
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      processes.add(start(jvm, Map.of(), "build"));
    }
    for (Process process : processes) {
      assertThat(Run.of(process).code()).isZero();
    }
    archive("25", "aot");
    assertThat(trainings(jvm)).isEqualTo(1);
  }

  @Test
  void makesANewArchiveForNewJarsAndRemovesTheOldOne() throws Exception {
    Path jvm = jvm("25");
    run(jvm, Map.of(), "build");
    Path old = archive("25", "aot");
    Files.writeString(home.resolve("lib/build-id"), "3-4\n");
    Files.setLastModifiedTime(home.resolve("lib/build-id"), FileTime.fromMillis(1_000_000));
    assertThat(run(jvm, Map.of(), "build").output()).doesNotContain("-XX:AOTCache=");
    awaitTrue(() -> Files.notExists(old));
    archive("25", "aot");
    assertThat(trainings(jvm)).isEqualTo(2);
  }

  @Test
  void hasAnArchiveOfItsOwnForCommandsThatTalkToRegistries() throws Exception {
    Path jvm = jvm("25");
    run(jvm, Map.of(), "build");
    Path builds = archive("25", "aot");
    String[][] commands = {{"push", "x"}, {"pull"}, {"login"}, {"image", "pull", "x"}};
    assertThat(run(jvm, Map.of(), commands[0]).output()).doesNotContain("-XX:AOTCache=");
    String name = builds.getFileName().toString().replace(".aot", ",,network.aot");
    Path network = builds.resolveSibling(name);
    awaitTrue(() -> Files.exists(network) && Files.notExists(Path.of(network + ".lock")));
    for (String[] command : commands) {
      assertThat(run(jvm, Map.of(), command).lines()).contains("-XX:AOTCache=" + network);
    }
    for (String[] command : new String[][] {{"build", "push"}, {"images"}, {"image", "ls"}, {}}) {
      assertThat(run(jvm, Map.of(), command).lines()).contains("-XX:AOTCache=" + builds);
    }
    assertThat(Files.readAllLines(jvm.resolve("bin/trainings")))
        .containsExactly("train", "network");
  }

  @ParameterizedTest
  @CsvSource({
    "OTEL_EXPORTER_OTLP_ENDPOINT, build, .",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, buildx, build",
    "OTEL_TRACES_EXPORTER, image, build",
  })
  void hasAnArchiveOfItsOwnForBuildsThatSendTraces(String variable, String first, String second)
      throws Exception {
    Path jvm = jvm("25");
    Path room = caches.resolve("wadah");
    String place = home.toString().replace('/', ',');
    Path traces = room.resolve("25-1-2" + place + ",,traces.aot");
    Path others = room.resolve("25-1-2" + place + ".aot");
    Map<String, String> traced = Map.of(variable, "x");
    run(jvm, traced, first, second);
    awaitTrue(() -> Files.exists(traces) && Files.notExists(Path.of(traces + ".lock")));
    assertThat(run(jvm, traced, first, second).lines()).contains("-XX:AOTCache=" + traces);
    run(jvm, Map.of(), first, second);
    awaitTrue(() -> Files.exists(others) && Files.notExists(Path.of(others + ".lock")));
    assertThat(run(jvm, Map.of(), first, second).lines()).contains("-XX:AOTCache=" + others);
    assertThat(run(jvm, traced, "images").lines()).contains("-XX:AOTCache=" + others);
    assertThat(Files.readAllLines(jvm.resolve("bin/trainings"))).containsExactly("traces", "train");
  }

  @Test
  void leavesTheArchivesOfOtherFoldersAndKindsAlone() throws Exception {
    Path jvm = jvm("25");
    Path room = Files.createDirectories(caches.resolve("wadah"));
    String place = home.toString().replace('/', ',');
    Path stale = Files.createFile(room.resolve("25-9-9" + place + ".aot"));
    Path network = Files.createFile(room.resolve("25-9-9" + place + ",,network.aot"));
    Path deeper = Files.createFile(room.resolve("25-9-9,elsewhere" + place + ".aot"));
    run(jvm, Map.of(), "build");
    awaitTrue(() -> Files.exists(room.resolve("25-1-2" + place + ".aot")));
    assertThat(stale).doesNotExist();
    assertThat(network).exists();
    assertThat(deeper).exists();
  }

  @Test
  void takesUpATrainingWhoseMakerHasDied() throws Exception {
    Path jvm = jvm("25");
    run(jvm, Map.of(), "build");
    Path archive = archive("25", "aot");
    Files.delete(archive);
    Files.writeString(Path.of(archive + ".lock"), "999999999\n");
    run(jvm, Map.of(), "build");
    assertThat(archive("25", "aot")).isEqualTo(archive);
  }

  @Test
  void startsWithoutArchiveWhereNoneCanBeKept() throws Exception {
    Path jvm = jvm("25");
    for (Map<String, String> environment :
        List.of(Map.of("WADAH_ARCHIVE", "off"), Map.of("XDG_CACHE_HOME", "/proc/self/nothing"))) {
      Run run = run(jvm, environment, "build");
      assertThat(run.code()).isZero();
      assertThat(run.output()).doesNotContain("-XX:AOTCache").contains("dev.wadah.cli.Main");
    }
    assertThat(trainings(jvm)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"images, true", "--version, true", "build, false", "run, false", "pull, false"})
  void compilesByC1AloneWhatMovesNoData(String command, boolean alone) throws Exception {
    List<String> lines = run(jvm("25"), Map.of("WADAH_ARCHIVE", "off"), command).lines();
    assertThat(lines.contains("-XX:TieredStopAtLevel=1")).isEqualTo(alone);
  }

  @Test
  void putsTheCallersOptionsBehindItsOwn() throws Exception {
    Map<String, String> environment =
        Map.of("WADAH_ARCHIVE", "off", "WADAH_JAVA_OPTS", "-Xmx1g -Dx=y");
    assertThat(run(jvm("25"), environment, "build").lines())
        .containsSubsequence("-Xmx256m", "-Xmx1g", "-Dx=y", "dev.wadah.cli.Main");
  }

  @Test
  void isFoundThroughALink() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), home.resolve("bin/wadah"));
    ProcessBuilder builder = new ProcessBuilder(link.toString(), "build");
    builder.environment().putAll(Map.of("WADAH_ARCHIVE", "off", "JAVA_HOME", jvm("25").toString()));
    assertThat(Run.of(builder.start()).lines()).contains("-Dwadah.libexec=" + home + "/libexec");
  }

  @Test
  void refusesAJvmThatIsTooOld() throws Exception {
    Run run = run(jvm("11.0.2"), Map.of(), "build");
    assertThat(run.code()).isEqualTo(125);
    assertThat(run.error())
        .startsWith("wadah: error: JAVA_HOME=")
        .contains("holds no JVM of version 17 or newer", "\ntry:  ");
  }

  private String lib(String... names) {
    List<String> jars = new ArrayList<>();
    for (String name : names) {
      jars.add(home.resolve("lib").resolve(name + ".jar").toString());
    }
    return String.join(":", jars);
  }
}
