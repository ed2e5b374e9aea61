package dev.wadah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.posix.Processes;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Signals to a command, which is a process of its own here. A time-out, not an endless wait, tells
 * that SIGINT is ignored, as it is in the background of a shell script.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("linux")
class CancellationTest {
  private static final int SIGINT = 2;
  private static final int SIGKILL = 9;
  private static final Duration AT_ONCE = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Path TESTDATA = Path.of(System.getProperty("wadah.testdata", "../testdata"));

  @TempDir Path temp;

  /**
   * In the first case the thread of the build itself waits, in the others that of a step: for the
   * hash of a small file, of a large one, and, with {@code --no-cache}, for the bytes to copy.
   */
  @ParameterizedTest
  @ValueSource(strings = {"Dockerfile", "small", "large", "--no-cache small"})
  @EnabledIf("canMount")
  void endsWithinASecondThoughTheContextsFileSystemIsSilent(String words) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(words.split(" ")));
    String last = arguments.remove(arguments.size() - 1);
    Path context = Files.createDirectory(temp.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), "FROM scratch\nCOPY small large /\n");
    Files.writeString(context.resolve("small"), "a few bytes");
    Files.write(context.resolve("large"), new byte[5 << 20]);
    Path store = temp.resolve("store");
    arguments.addAll(0, List.of("--root", store.toString(), "build", "--progress", "plain"));
    Path shown = Files.createDirectory(temp.resolve("shown"));
    arguments.add(shown.toString());
    Process disk =
        new ProcessBuilder(
                "python3",
                TESTDATA.resolve("robustness/slow_disk.py").toString(),
                context.toString(),
                shown.toString(),
                last)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      BufferedReader said = disk.inputReader(StandardCharsets.UTF_8);
      assertThat(said.readLine()).isEqualTo("ready");
      Process build = java(Main.class, arguments);
      try {
        assertThat(said.readLine()).isEqualTo("silent");
        Thread.sleep(100);
        assertThat(build.isAlive()).isTrue();
        assertThat(ends(build, SIGINT, AT_ONCE)).isEqualTo(ExitCode.INTERRUPTED);
      } finally {
        build.destroyForcibly();
      }
      assertThat(halfWritten(store)).isEmpty();
    } finally {
      disk.getOutputStream().close(); // it unmounts
      assertThat(disk.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Such as {@code slow | wadah load}: nobody closes the pipe, and nobody writes to it. */
  @ParameterizedTest
  @CsvSource({
    "load, 2, 130",
    "import -, 2, 130",
    "build -, 2, 130",
    "load, 15, 143",
    "import -, 15, 143",
    "build -, 15, 143"
  })
  void endsWithTheSignalsCodeThoughStandardInputIsSilent(String command, int signal, int code)
      throws Exception {
    Path store = temp.resolve("store");
    List<String> arguments = new ArrayList<>(List.of("--root", store.toString()));
    arguments.addAll(List.of(command.split(" ")));
    Process waiting = java(Main.class, arguments);
    try {
      // The beginning of an entry, so that it reads on.
      waiting.getOutputStream().write(new byte[100]);
      waiting.getOutputStream().flush();
      await(() -> Files.isDirectory(store), "it has begun");
      Thread.sleep(300);
      assertThat(ends(waiting, signal, PATIENCE)).isEqualTo(code);
    } finally {
      waiting.destroyForcibly();
    }
    assertThat(halfWritten(store)).isEmpty();
  }

  @Test
  void endsThoughNobodyReadsStandardOutput() throws Exception {
    Path context = Files.createDirectory(temp.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), "FROM scratch\nCOPY large /\n");
    Files.write(context.resolve("large"), new byte[5 << 20]);
    Path store = temp.resolve("store");
    String[] words = {"--root", store.toString(), "build", "--progress", "none", "-o", "-"};
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.add(context.toString());
    // Its last words go elsewhere: they would wait for a reader as well.
    Process writing =
        command(Main.class, arguments).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try {
      // The first bytes of the tar are there, and all that the pipe takes is written soon.
      assertThat(writing.getInputStream().read()).isNotNegative();
      Thread.sleep(500);
      assertThat(writing.isAlive()).isTrue();
      assertThat(ends(writing, SIGINT, PATIENCE)).isEqualTo(ExitCode.INTERRUPTED);
    } finally {
      writing.destroyForcibly();
    }
    assertThat(halfWritten(store)).isEmpty();
  }

  private static void await(BooleanSupplier condition, String what) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(10);
    }
  }

  static boolean canMount() throws IOException, InterruptedException {
    String test = "test $(id -u) = 0 && test -w /dev/fuse && command -v python3";
    return new ProcessBuilder("sh", "-c", test).start().waitFor() == 0;
  }

  /** Sends a signal as soon as it is busy; returns what it says after it has begun to clean up. */
  private static BufferedReader interrupt(Process busy) throws IOException {
    BufferedReader said = busy.inputReader(StandardCharsets.UTF_8);
    assertThat(said.readLine()).isEqualTo("busy");
    Processes.kill((int) busy.pid(), SIGINT);
    assertThat(said.readLine()).isEqualTo("cleaning");
    return said;
  }

  @Test
  void endsAtOnceAtTheSecondSignal() throws Exception {
    Process busy = java(Busy.class, List.of());
    try {
      interrupt(busy);
      assertThat(busy.waitFor(300, TimeUnit.MILLISECONDS)).as("the first one waits").isFalse();
      // Its clean-up never ends, so a long wait shows the same, also on a machine that is busy.
      assertThat(ends(busy, SIGINT, PATIENCE)).isEqualTo(128 + SIGINT);
    } finally {
      busy.destroyForcibly();
    }
  }

  @Test
  void saysAfterAWhileWhatItWaitsFor() throws Exception {
    Process busy = java(Busy.class, List.of());
    try {
      BufferedReader said = interrupt(busy);
      assertThat(said.readLine())
          .isEqualTo("wadah: still cleaning up; a second signal (Ctrl-C) ends it at once");
    } finally {
      Processes.kill((int) busy.pid(), SIGKILL);
    }
  }

  /** A command whose clean-up does not end. */
  static final class Busy {
    private Busy() {}

    public static void main(String[] args) {
      Cancellation.ofThisThread();
      CountDownLatch never = new CountDownLatch(1);
      System.out.println("busy");
      while (true) {
        try {
          never.await();
        } catch (InterruptedException e) {
          System.out.println("cleaning");
        }
      }
    }
  }

  private static Process java(Class<?> main, List<String> arguments) throws IOException {
    return command(main, arguments).redirectErrorStream(true).start();
  }

  private static ProcessBuilder command(Class<?> main, List<String> arguments) {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    words.addAll(arguments);
    return new ProcessBuilder(words);
  }

  /** Sends a signal; the exit code, which must come within a time. */
  private static int ends(Process process, int signal, Duration within) throws Exception {
    Processes.kill((int) process.pid(), signal);
    boolean ended = process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
    assertThat(ended).as("ends within %s", within).isTrue();
    return process.exitValue();
  }

  private static List<Path> halfWritten(Path store) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String room : List.of("work", "blobs/ingest", "layers/staging")) {
      if (Files.isDirectory(store.resolve(room))) {
        try (Stream<Path> files = Files.list(store.resolve(room))) {
          files.forEach(found::add);
        }
      }
    }
    return found;
  }
}
