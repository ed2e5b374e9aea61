package dev.wadah.cli.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the start script has a JVM leave that dies. */
class CrashLogTest extends StartScriptFixture {
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
      assertThat(Run.of(process).code()).isNotZero();
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
    assertThat(run(jvm("25"), Map.of("WADAH_JAVA_OPTS", "-XX:ErrorFile=here"), "build").lines())
        .containsSubsequence(
            "-XX:ErrorFile=" + caches + "/wadah/crash.log", "-XX:ErrorFile=here", "build");
    Map<String, String> nowhere = Map.of("XDG_CACHE_HOME", "/proc/self/nothing");
    assertThat(run(jvm("25"), nowhere, "build").output()).doesNotContain("ErrorFile");
    Map<String, String> percent = Map.of("XDG_CACHE_HOME", folder + "/%p");
    assertThat(run(jvm("25"), percent, "build").output()).doesNotContain("ErrorFile");
  }
}
