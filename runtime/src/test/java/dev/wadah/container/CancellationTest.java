package dev.wadah.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.container.BusyboxRoot.Options;
import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a run ends early, nothing of it stays: no process, no mount, no control group. */
@Tag("linux")
@EnabledIf("dev.wadah.container.BusyboxRoot#usable")
class CancellationTest {
  private static final Path ROOT = Path.of("/");

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir Path directory;
  private BusyboxRoot box;

  @BeforeEach
  void makeRoot() throws IOException {
    box = new BusyboxRoot(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sleep", "trap '' TERM INT HUP; sleep", "setsid sleep 77.5 & sleep"})
  void killsEverythingWhenTheThreadIsInterrupted(String command) throws Exception {
    String mark = "77." + System.nanoTime();
    Options options = box.options();
    options.limits = new Limits(64L << 20, 0, 30, 0, List.of());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    Profile profile = Profile.begin();
    Thread thread =
        new Thread(
            () -> {
              try {
                String script = "echo ready; %s %s".formatted(command, mark);
                box.sandbox.run(
                    BusyboxRoot.spec(options, List.of("/bin/sh", "-c", script)),
                    new Sandbox.Io.Streams(out, out));
                end.complete(null);
              } catch (IOException e) {
                end.complete(Thread.currentThread().isInterrupted() ? e : null);
              }
            });
    thread.start();
    await(() -> out.toString(StandardCharsets.UTF_8).contains("ready"));
    thread.interrupt();
    assertThat(end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(InterruptedIOException.class);
    profile.end();
    // What was made ready before the launcher began, what it did itself, and the program.
    assertThat(profile.entries())
        .extracting(Profile.Entry::phase)
        .containsExactly(Phase.MOUNT, Phase.MOUNT, Phase.RUN);
    assertThat(processesWith(mark)).isEmpty();
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(directory.toString());
    assertThat(controlGroups("wadah-" + ProcessHandle.current().pid() + "-")).isEmpty();
  }

  @Test
  void stopsWhenItsOutputCannotBeWritten() throws Exception {
    String mark = "78." + System.nanoTime();
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space left");
          }
        };
    Options options = box.options();
    List<String> arguments = List.of("/bin/sh", "-c", "echo x; sleep " + mark);
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () ->
                box.sandbox.run(
                    BusyboxRoot.spec(options, arguments), new Sandbox.Io.Streams(broken, broken)))
        .hasMessageContaining("no space left");
    assertThat(processesWith(mark)).isEmpty();
  }

  /** kill -9 of the whole Java process: the launcher notices and takes the container along. */
  @Test
  void diesWithTheJavaProcess() throws Exception {
    String mark = "79." + System.nanoTime();
    Process java = startJava(mark);
    long pid = java.pid();
    try {
      await(() -> !processesWith(mark).isEmpty());
      assertThat(controlGroups("wadah-" + pid + "-")).isNotEmpty();
    } finally {
      java.destroyForcibly();
    }
    java.waitFor();
    await(() -> processesWith(mark).isEmpty());
    await(() -> controlGroups("wadah-" + pid + "-").isEmpty());
  }

  /** kill -9 of the launcher alone: its container dies with it, and the run says what happened. */
  @Test
  void diesWithItsLauncher() throws Exception {
    String mark = "80." + System.nanoTime();
    CompletableFuture<Sandbox.Outcome> end = new CompletableFuture<>();
    Options options = box.options();
    new Thread(
            () -> {
              try {
                end.complete(box.sh(options, "sleep " + mark).outcome());
              } catch (IOException e) {
                end.completeExceptionally(e);
              }
            })
        .start();
    await(() -> !processesWith(mark).isEmpty());
    ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> end.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("launcher was killed");
    await(() -> processesWith(mark).isEmpty());
    assertThat(controlGroups("wadah-" + ProcessHandle.current().pid() + "-")).isEmpty();
  }

  private Process startJava(String mark) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            SleepingContainer.class.getName(),
            directory.resolve("other").toString(),
            mark)
        .inheritIO()
        .start();
  }

  /** What {@link #diesWithTheJavaProcess} kills. */
  static final class SleepingContainer {
    private SleepingContainer() {}

    public static void main(String[] args) throws IOException {
      BusyboxRoot box = new BusyboxRoot(Path.of(args[0]));
      box.sh("setsid sleep " + args[1] + " & sleep " + args[1]);
    }
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("within %s", PATIENCE).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  /** Processes of the machine that sleep for exactly so long. */
  private static List<String> processesWith(String mark) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process : (Iterable<Path>) processes::iterator) {
        if (Character.isDigit(process.getFileName().toString().charAt(0))) {
          String line = commandLine(process);
          if (line.startsWith("sleep") && line.contains(mark)) {
            found.add(line);
          }
        }
      }
    }
    return found;
  }

  private static String commandLine(Path process) {
    try {
      return new String(
          Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // It has just ended.
    }
  }

  private static List<Path> controlGroups(String prefix) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Machine.CgroupMount mount : Machine.read(ROOT, new MountPoints(ROOT, ROOT)).cgroups()) {
      try (Stream<Path> groups = Files.list(mount.own())) {
        groups.filter(g -> g.getFileName().toString().startsWith(prefix)).forEach(found::add);
      }
    }
    return found;
  }
}
