package dev.wadah.cli.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The start script over a distribution without classes and a JVM that only prints its arguments.
 */
class StartScriptTest {
  private static final String JAVA =
      """
      #!/bin/sh
      for word in "$@"; do
        case $word in
          -XX:AOTCacheOutput=* | -XX:ArchiveClassesAtExit=*)
            for last; do :; done
            echo "$last" >> "${0%/*}/trainings"
            sleep 0.3
            echo archive > "${word#*=}"
            exit 0 ;;
        esac
      done
      printf '%s\\n' "$@"
      """;

  /** A space in every path that the script handles. */
  @TempDir Path folder;

  private Path home;
  private Path caches;

  @BeforeEach
  void layOut() throws IOException {
    home = Files.createDirectories(folder.resolve("a dist"));
    caches = folder.resolve("a cache");
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    Path script = Path.of("src/main/dist/bin/wadah");
    Files.copy(script, home.resolve("bin/wadah"), StandardCopyOption.COPY_ATTRIBUTES);
    for (String jar : List.of("asm.jar", "libraries.jar", "services.jar", "wadah.jar")) {
      Files.createFile(home.resolve("lib").resolve(jar));
    }
    Files.writeString(home.resolve("lib/build-id"), "1-2\n");
    Files.setLastModifiedTime(home.resolve("lib/build-id"), FileTime.fromMillis(1_000_000));
  }

  @Test
  void putsTheJarOfBuildsFirstAndPassesArgumentsAsTheyAre() throws Exception {
    Run run = run(jvm("25.0.1"), Map.of(), "build", "-t", "a b", "*", "");
    assertThat(run.lines)
        .containsSubsequence(
            "-cp", lib("wadah", "services", "libraries"), "dev.wadah.cli.Main", "build");
    assertThat(run.output).endsWith("build\n-t\na b\n*\n\n");
    assertThat(run.lines).contains("-Dwadah.libexec=" + home + "/libexec");
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
    assertThat(run(jvm, Map.of(), "build").output).doesNotContain(option);
    Path archive = archive(version, kind);
    assertThat(run(jvm, Map.of(), "build").lines).contains(option + archive);
    assertThat(trainings(jvm)).isEqualTo(1);
  }

  @Test
  void takesNoArchiveThatACrashHasLeftEmptyAndMakesItAnew() throws Exception {
    Path jvm = jvm("25");
    run(jvm, Map.of(), "build");
    Path archive = archive("25", "aot");
    Files.write(archive, new byte[0]);
    assertThat(run(jvm, Map.of(), "build").output).doesNotContain("-XX:AOTCache=");
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
    assertThat(run(jvm, Map.of(), "build").code).isZero();
  }

  @Test
  void tellsTheJvmToRemoveTheArchiveThatItDiesOf() throws Exception {
    Path jvm = jvm("17");
    run(jvm, Map.of(), "build");
    Path archive = archive("17", "jsa");
    assertThat(run(jvm, Map.of(), "build").lines)
        .contains("-XX:OnError=rm -f '" + archive + "'", "-Dwadah.archive=" + archive);
    assertThat(run(jvm, Map.of("WADAH_JAVA_OPTS", "-XX:+UseZGC"), "build").output)
        .contains("-XX:SharedArchiveFile=")
        .doesNotContain("-Dwadah.archive=");
  }

  /** With the JVM of the test, which really dies. */
  @Test
  void leavesTheLogOfACrashBesideTheArchivesAndNoSecondOne() throws Exception {
    Path work = Files.createDirectory(folder.resolve("work"));
    Path jvm = Path.of(System.getProperty("java.home"));
    layOutClasses();
    Path room = Files.createDirectories(caches.resolve("wadah"));
    Path log = room.resolve("crash.log");
    // Whether there is one is what the caller has set with ulimit.
    Map<String, String> noCore = Map.of("WADAH_JAVA_OPTS", "-XX:-CreateCoredumpOnCrash");
    for (int i = 0; i < 2; i++) {
      Path archive = Files.writeString(archiveOf(jvm), "not one");
      Process process = start(work, jvm, noCore, "load");
      awaitTrue(() -> catchesSegmentationFaults(process));
      // The shell's own: not every machine has the program.
      new ProcessBuilder("sh", "-c", "kill -SEGV " + process.pid()).start().waitFor();
      assertThat(Run.of(process).code).isNotZero();
      assertThat(log).content().contains("SIGSEGV", "pid=" + process.pid());
      assertThat(archive).doesNotExist();
    }
    assertThat(isEmpty(work)).isTrue();
    try (Stream<Path> files = Files.list(room)) {
      assertThat(files).containsExactly(log);
    }
  }

  /** Classes of the build, for a JVM that shall run them. */
  private void layOutClasses() throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    List<String> urls = new ArrayList<>();
    for (String path : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      urls.add(Path.of(path).toUri().toString());
    }
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", urls));
    Path jar = home.resolve("lib/wadah.jar");
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
  }

  /** Where the script looks for the archive of this JVM. */
  private Path archiveOf(Path jvm) throws IOException {
    String version =
        Files.readAllLines(jvm.resolve("release")).stream()
            .filter(line -> line.matches("JAVA_(RUNTIME_)?VERSION=.*"))
            .map(line -> line.replaceAll(".*=|\"", ""))
            .findFirst()
            .orElseThrow();
    String kind = Runtime.version().feature() < 25 ? ".jsa" : ".aot";
    String place = home.toString().replace('/', ',');
    return caches.resolve("wadah").resolve(version + "-1-2" + place + kind);
  }

  /** Before it does, the JVM would say nothing of them. */
  private static boolean catchesSegmentationFaults(Process process) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith("SigCgt:")) {
        return (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> 10 & 1) == 1;
      }
    }
    return false;
  }

  @Test
  void letsTheCallerSayWhereTheLogOfACrashGoes() throws Exception {
    assertThat(run(jvm("25"), Map.of("WADAH_JAVA_OPTS", "-XX:ErrorFile=here"), "build").lines)
        .containsSubsequence(
            "-XX:ErrorFile=" + caches + "/wadah/crash.log", "-XX:ErrorFile=here", "build");
    Map<String, String> nowhere = Map.of("XDG_CACHE_HOME", "/proc/self/nothing");
    assertThat(run(jvm("25"), nowhere, "build").output).doesNotContain("ErrorFile");
    Map<String, String> percent = Map.of("XDG_CACHE_HOME", folder + "/%p");
    assertThat(run(jvm("25"), percent, "build").output).doesNotContain("ErrorFile");
  }

  @Test
  void makesOneArchiveWhenSeveralStartAtOnce() throws Exception {
    Path jvm = jvm("25");
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      processes.add(start(jvm, Map.of(), "build"));
    }
    for (Process process : processes) {
      assertThat(Run.of(process).code).isZero();
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
    assertThat(run(jvm, Map.of(), "build").output).doesNotContain("-XX:AOTCache=");
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
    assertThat(run(jvm, Map.of(), commands[0]).output).doesNotContain("-XX:AOTCache=");
    String name = builds.getFileName().toString().replace(".aot", ",,network.aot");
    Path network = builds.resolveSibling(name);
    awaitTrue(() -> Files.exists(network) && Files.notExists(Path.of(network + ".lock")));
    for (String[] command : commands) {
      assertThat(run(jvm, Map.of(), command).lines).contains("-XX:AOTCache=" + network);
    }
    for (String[] command : new String[][] {{"build", "push"}, {"images"}, {"image", "ls"}, {}}) {
      assertThat(run(jvm, Map.of(), command).lines).contains("-XX:AOTCache=" + builds);
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
    assertThat(run(jvm, traced, first, second).lines).contains("-XX:AOTCache=" + traces);
    run(jvm, Map.of(), first, second);
    awaitTrue(() -> Files.exists(others) && Files.notExists(Path.of(others + ".lock")));
    assertThat(run(jvm, Map.of(), first, second).lines).contains("-XX:AOTCache=" + others);
    assertThat(run(jvm, traced, "images").lines).contains("-XX:AOTCache=" + others);
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
      assertThat(run.code).isZero();
      assertThat(run.output).doesNotContain("-XX:AOTCache").contains("dev.wadah.cli.Main");
    }
    assertThat(trainings(jvm)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"images, true", "--version, true", "build, false", "run, false", "pull, false"})
  void compilesByC1AloneWhatMovesNoData(String command, boolean alone) throws Exception {
    List<String> lines = run(jvm("25"), Map.of("WADAH_ARCHIVE", "off"), command).lines;
    assertThat(lines.contains("-XX:TieredStopAtLevel=1")).isEqualTo(alone);
  }

  @Test
  void putsTheCallersOptionsBehindItsOwn() throws Exception {
    Map<String, String> environment =
        Map.of("WADAH_ARCHIVE", "off", "WADAH_JAVA_OPTS", "-Xmx1g -Dx=y");
    assertThat(run(jvm("25"), environment, "build").lines)
        .containsSubsequence("-Xmx256m", "-Xmx1g", "-Dx=y", "dev.wadah.cli.Main");
  }

  @Test
  void isFoundThroughALink() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), home.resolve("bin/wadah"));
    ProcessBuilder builder = new ProcessBuilder(link.toString(), "build");
    builder.environment().putAll(Map.of("WADAH_ARCHIVE", "off", "JAVA_HOME", jvm("25").toString()));
    assertThat(Run.of(builder.start()).lines).contains("-Dwadah.libexec=" + home + "/libexec");
  }

  @Test
  void refusesAJvmThatIsTooOld() throws Exception {
    Run run = run(jvm("11.0.2"), Map.of(), "build");
    assertThat(run.code).isEqualTo(125);
    assertThat(run.error)
        .startsWith("wadah: error: JAVA_HOME=")
        .contains("holds no JVM of version 17 or newer", "\ntry:  ");
  }

  private Path jvm(String version) throws IOException {
    Path jvm = Files.createDirectories(folder.resolve("a jvm " + version));
    Files.createDirectories(jvm.resolve("bin"));
    Files.writeString(jvm.resolve("release"), "JAVA_RUNTIME_VERSION=\"" + version + "\"\n");
    Files.writeString(jvm.resolve("bin/java"), JAVA);
    Files.setPosixFilePermissions(
        jvm.resolve("bin/java"), PosixFilePermissions.fromString("rwxr-xr-x"));
    return jvm;
  }

  private static long trainings(Path jvm) throws IOException {
    Path log = jvm.resolve("bin/trainings");
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }

  private String lib(String... names) {
    List<String> jars = new ArrayList<>();
    for (String name : names) {
      jars.add(home.resolve("lib").resolve(name + ".jar").toString());
    }
    return String.join(":", jars);
  }

  /** The one archive, when it is there and its maker has gone. */
  private Path archive(String version, String kind) throws Exception {
    Path room = caches.resolve("wadah");
    List<Path> found = new ArrayList<>();
    awaitTrue(
        () -> {
          found.clear();
          try (Stream<Path> files = Files.list(room)) {
            files.forEach(found::add);
          }
          return found.size() == 1 && found.get(0).toString().endsWith("." + kind);
        });
    assertThat(found.get(0).getFileName().toString()).startsWith(version + "-");
    return found.get(0);
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }

  private static void awaitTrue(Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("20 seconds have gone").isLessThan(end);
      Thread.sleep(20);
    }
  }

  private Run run(Path jvm, Map<String, String> environment, String... args) throws Exception {
    return Run.of(start(jvm, environment, args));
  }

  private Process start(Path jvm, Map<String, String> environment, String... args)
      throws IOException {
    return start(Path.of("").toAbsolutePath(), jvm, environment, args);
  }

  private Process start(Path work, Path jvm, Map<String, String> environment, String... args)
      throws IOException {
    List<String> words = new ArrayList<>(List.of(home.resolve("bin/wadah").toString()));
    words.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(words).directory(work.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("WADAH_") || name.startsWith("OTEL_"));
    builder.environment().put("JAVA_HOME", jvm.toString());
    builder.environment().put("XDG_CACHE_HOME", caches.toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private record Run(int code, String output, String error, List<String> lines) {
    static Run of(Process process) throws IOException, InterruptedException {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Run(process.waitFor(), output, error, output.lines().toList());
    }
  }
}
