package dev.wadah.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.posix.Natives;
import dev.wadah.posix.Processes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher in a chroot, which is made in a mount namespace of the test's own. */
@Tag("linux")
@EnabledIf("dev.wadah.container.BusyboxRoot#usable")
class ChrootTest {
  private static final String BARE = "true";
  private static final String MOUNT_POINT = "mount --bind %s %s";

  @TempDir Path directory;
  private Path chroot;

  @BeforeEach
  void makeChroot() throws IOException {
    chroot = Files.createDirectories(directory.resolve("chroot"));
    Files.createDirectories(chroot.resolve("empty"));
    Files.createDirectories(chroot.resolve("proc"));
    Files.createDirectories(chroot.resolve("held"));
    new BusyboxRoot(Files.createDirectories(chroot.resolve("box")));
    Files.copy(Natives.file("launcher"), chroot.resolve("launcher"));
    chroot.resolve("launcher").toFile().setExecutable(true);
  }

  @ParameterizedTest
  @ValueSource(strings = {BARE, MOUNT_POINT})
  void entersARootFromWhereNoPathLeadsBack(String how) throws IOException {
    String fromTheTop =
        "/bin/busybox nsenter --mount=/proc/self/ns/mnt /bin/busybox ls /; ls -d /.. /../box";
    Result result = launch(how + "; mount --rbind /proc %s/proc", container(fromTheTop));
    assertThat(result.report.failure()).isEmpty();
    assertThat(result.out)
        .startsWith("bin\netc\nproc\ntmp\n")
        .contains("/..\n")
        .contains("/../box: No such file");
  }

  @ParameterizedTest
  @ValueSource(strings = {BARE, MOUNT_POINT})
  void holdsLayersForOthers(String how) throws IOException {
    OperationList list = new OperationList().add("clone", Flags.NEWNS).add("slave");
    list.add("scratch", "/held").add("lower", "/box/lower").add("overlay", "", "");
    list.add("cover", "/held").add("lower", "/held").add("overlay", "", "");
    list.add("hold").add("arg", "x").add("exec");
    int nothing = Processes.open("/dev/null", Processes.READ);
    try (LauncherProcess process = start(how + "; mount --rbind /proc %s/proc", list, nothing)) {
      int holder = process.awaitHeld();
      assertThat(process.report().failure()).isEmpty();
      Path held = Path.of("/proc/" + holder + "/root/held");
      assertThat(held.resolve("bin/busybox")).isRegularFile();
    } finally {
      Processes.close(nothing);
    }
  }

  @Test
  void saysWhatIsMissingWhereThereIsNoProc() throws IOException {
    Result result = launch(BARE, container("true"));
    SandboxException said =
        LaunchFailures.toException(
            result.report.failure().orElseThrow(),
            BusyboxRoot.spec(new BusyboxRoot.Options(), java.util.List.of("true")));
    assertThat(said).hasMessageContaining("mount --bind").hasMessageContaining("/proc");
  }

  private static OperationList container(String script) {
    OperationList list =
        new OperationList().add("clone", Flags.NEWNS | Flags.NEWPID).add("private");
    list.add("scratch", "/empty").add("lower", "/box/lower");
    list.add("upper", "/box/upper").add("work", "/box/work").add("overlay", "", "").add("root");
    list.add("mount", "proc", "proc", "/proc", 0, "", "").add("pivot").add("cwd", "/");
    list.add("env", "PATH=/bin").add("arg", "/bin/sh").add("arg", "-c").add("arg", script);
    return list.add("exec");
  }

  private record Result(LauncherReport report, String out) {}

  private Result launch(String prepare, OperationList list) throws IOException {
    int nothing = Processes.open("/dev/null", Processes.READ);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (LauncherProcess process = start(prepare, list, nothing)) {
      process.await(out, out);
      return new Result(process.report(), out.toString(StandardCharsets.UTF_8));
    } finally {
      Processes.close(nothing);
    }
  }

  private LauncherProcess start(String prepare, OperationList list, int input) throws IOException {
    Path shell = directory.resolve("start");
    String script =
        "#!/bin/sh\nunset IFS\nexec unshare -m --propagation private /bin/sh -ec '%s; exec chroot %s /launcher'\n";
    Files.writeString(shell, script.formatted(prepare.replace("%s", chroot.toString()), chroot));
    shell.toFile().setExecutable(true);
    return LauncherProcess.start(
        shell.toString(), list.toBytes(), input, LauncherProcess.Output.PIPES);
  }
}
