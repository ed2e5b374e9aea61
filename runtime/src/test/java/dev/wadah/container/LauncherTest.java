package dev.wadah.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.container.LauncherProcess.Output;
import dev.wadah.container.LauncherReport.Failure;
import dev.wadah.posix.Natives;
import dev.wadah.posix.Processes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The C launcher by itself, with lists that no plan would write. */
@Tag("linux")
@EnabledIf("dev.wadah.container.BusyboxRoot#usable")
class LauncherTest {
  private static final long NAMESPACES = Flags.NEWNS | Flags.NEWPID;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                | the list is shorter
          x.                | the length is malformed
          99999999999999999. | the length is malformed
          -1.               | the length is malformed
          70000000.         | the length is malformed
          9 bogus           | the list is shorter
          6 bogus.          | unknown operation
          6 clone.          | without all its arguments
          8 clone.x.        | malformed argument
          14 clone.123.arg.  | without all its arguments
          8 clone.1.        | does not end with it
          5 exec1           | last string is not ended
          11 seccomp.gg.    | malformed argument
          7 source.         | without all its arguments
          8 source..        | malformed argument
          0 .               | last string is not ended
          """)
  void refusesAListThatIsNoneBeforeDoingAnything(String text, String why) throws IOException {
    // A dot stands for NUL; the length is ended by one.
    byte[] bytes =
        text.replaceFirst(" ", "\0").replace('.', '\0').getBytes(StandardCharsets.US_ASCII);
    LauncherReport report = launch(bytes, Control.CLOSED);
    assertThat(report.exitCode()).isEqualTo(-1);
    assertThat(report.failure())
        .map(Failure::detail)
        .hasValueSatisfying(d -> assertThat(d).contains(why));
  }

  /** Whatever comes, the launcher ends by itself with a report, and kills nothing but itself. */
  @Test
  void endsWithAReportWhateverItReads() throws IOException {
    Random random = new Random(20261122);
    byte[] valid = plan("true").toBytes();
    for (int round = 0; round < 150; round++) {
      byte[] list = round % 2 == 0 ? randomWords(random) : damaged(valid, random);
      if (round % 4 == 3) {
        list = Arrays.copyOf(list, random.nextInt(list.length));
      }
      LauncherReport report = launch(list, round % 4 < 2 ? Control.OPEN : Control.CLOSED);
      assertThat(report.failure().isPresent() || report.exitCode() >= 0)
          .as("round %d: %s", round, new String(list, StandardCharsets.ISO_8859_1))
          .isTrue();
    }
  }

  /** 500 is what the kernel takes (OVL_MAX_STACK); "mount" is the way of kernels before 6.5. */
  @ParameterizedTest
  @ValueSource(strings = {"", "mount"})
  void stacksFiveHundredLayers(String how) throws IOException {
    OperationList list = begin();
    for (int i = 499; i >= 1; i--) {
      Path layer = Files.createDirectories(directory.resolve("a-layer-with-a-long-name-" + i));
      Files.writeString(layer.resolve("n" + i), "");
      Files.writeString(layer.resolve("top"), Integer.toString(i));
      list.add("lower", layer);
    }
    list.add("lower", new BusyboxRoot(directory).lower);
    list.add("upper", directory.resolve("upper")).add("work", directory.resolve("work"));
    list.add("overlay", "metacopy=off,redirect_dir=off,index=off,?volatile", how);
    enter(list).add("arg", "/bin/sh").add("arg", "-c").add("arg", "cat /top; ls / | grep -c ^n");
    assertThat(output(list.add("exec"))).isEqualTo("499499\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "mount"})
  void takesPathsOfAnyLengthAndSpelling(String how) throws IOException {
    Path deep = directory;
    for (int i = 0; i < 8; i++) {
      deep = deep.resolve("d" + "\u00e9".repeat(25) + ",:\\ =" + i);
    }
    BusyboxRoot box = new BusyboxRoot(Files.createDirectories(deep));
    assertThat(box.lower.toString().length()).isGreaterThan(255);
    OperationList list = begin().add("lower", box.lower).add("upper", box.upper);
    list.add("work", deep.resolve("work")).add("overlay", "metacopy=off,index=off", how);
    enter(list).add("arg", "/bin/echo").add("arg", "here");
    assertThat(output(list.add("exec"))).isEqualTo("here\n");
  }

  @Test
  void tellsTheOperationTheCallAndThePath() throws IOException {
    OperationList list = begin().add("source", "/no/such/thing").add("exec");
    Failure failure = launch(list.toBytes(), Control.OPEN).failure().orElseThrow();
    assertThat(failure.operation()).isEqualTo("source");
    assertThat(failure.call()).isEqualTo("open");
    assertThat(failure.path()).isEqualTo("/no/such/thing");
    assertThat(failure.error()).isEqualTo("ENOENT");
  }

  @Test
  void refusesToRunWithoutItsDescriptors() throws Exception {
    Process process =
        new ProcessBuilder(Natives.file("launcher").toString()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(said).contains("part of wadah");
  }

  private OperationList begin() throws IOException {
    Path empty = Files.createDirectories(directory.resolve("empty"));
    return new OperationList().add("clone", NAMESPACES).add("private").add("scratch", empty);
  }

  private static OperationList enter(OperationList list) {
    return list.add("root").add("pivot").add("cwd", "/").add("env", "PATH=/bin");
  }

  private OperationList plan(String program) throws IOException {
    BusyboxRoot box = new BusyboxRoot(directory);
    OperationList list = begin().add("lower", box.lower).add("overlay", "", "");
    return enter(list).add("arg", program).add("exec");
  }

  private static byte[] randomWords(Random random) {
    List<String> words = new ArrayList<>();
    String[] known = {
      "clone",
      "0",
      "private",
      "scratch",
      "/nonexistent",
      "lower",
      "root",
      "pivot",
      "source",
      "place",
      "/",
      "1",
      "ffff",
      "mask",
      "readonly",
      "cwd",
      "arg",
      "env",
      "A=b",
      "init",
      "capabilities",
      "hostname",
      "",
      "\n",
      "../..",
      "18446744073709551615",
      "file",
      "mkdir",
      "group",
      "exec"
    };
    for (int i = random.nextInt(30); i >= 0; i--) {
      words.add(known[random.nextInt(known.length)]);
    }
    // Always in a mount namespace of its own: the test must not change the machine's mounts.
    String list = "clone\0" + NAMESPACES + "\0" + String.join("\0", words) + "\0exec\0";
    return (list.length() + "\0" + list).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A valid list with a byte changed somewhere behind its namespaces. */
  private static byte[] damaged(byte[] valid, Random random) {
    int safe = new String(valid, StandardCharsets.ISO_8859_1).indexOf("private");
    byte[] damaged = valid.clone();
    int at = safe + random.nextInt(damaged.length - safe);
    damaged[at] = (byte) random.nextInt(256);
    return damaged;
  }

  private static String output(OperationList list) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LauncherReport report = launch(list.toBytes(), Control.OPEN, out);
    assertThat(report.failure()).isEmpty();
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Whether the pipe of the list is closed at once: a list that is too short is seen only then. */
  private enum Control {
    OPEN,
    CLOSED
  }

  private static LauncherReport launch(byte[] list, Control control) throws IOException {
    return launch(list, control, new ByteArrayOutputStream());
  }

  private static LauncherReport launch(byte[] list, Control control, ByteArrayOutputStream out)
      throws IOException {
    int input = Processes.open("/dev/null", Processes.READ);
    try (LauncherProcess process = LauncherProcess.start(launcher(), list, input, Output.PIPES)) {
      if (control == Control.CLOSED) {
        process.kill();
      }
      process.await(out, out);
      return process.report();
    } finally {
      Processes.close(input);
    }
  }

  private static String launcher() throws IOException {
    String other = System.getProperty("wadah.test.launcher");
    return other == null ? Natives.file("launcher").toString() : other;
  }
}
