package dev.wadah.cli.start;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * The start script over a distribution without classes and a JVM that only prints its arguments.
 */
abstract class StartScriptFixture {
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

  Path home;
  Path caches;

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

  Path jvm(String version) throws IOException {
    Path jvm = Files.createDirectories(folder.resolve("a jvm " + version));
    Files.createDirectories(jvm.resolve("bin"));
    Files.writeString(jvm.resolve("release"), "JAVA_RUNTIME_VERSION=\"" + version + "\"\n");
    Files.writeString(jvm.resolve("bin/java"), JAVA);
    Files.setPosixFilePermissions(
        jvm.resolve("bin/java"), PosixFilePermissions.fromString("rwxr-xr-x"));
    return jvm;
  }

  static long trainings(Path jvm) throws IOException {
    Path log = jvm.resolve("bin/trainings");
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }

  /** The one archive, when it is there and its maker has gone. */
  Path archive(String version, String kind) throws Exception {
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

  static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }

  static void awaitTrue(Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("20 seconds have gone").isLessThan(end);
      Thread.sleep(20);
    }
  }

  Run run(Path jvm, Map<String, String> environment, String... args) throws Exception {
    return Run.of(start(jvm, environment, args));
  }

  Process start(Path jvm, Map<String, String> environment, String... args) throws IOException {
    return start(Path.of("").toAbsolutePath(), jvm, environment, args);
  }

  Process start(Path work, Path jvm, Map<String, String> environment, String... args)
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

  interface Condition {
    boolean holds() throws IOException;
  }

  record Run(int code, String output, String error, List<String> lines) {
    static Run of(Process process) throws IOException, InterruptedException {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Run(process.waitFor(), output, error, output.lines().toList());
    }
  }
}
