package dev.wadah.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.container.BusyboxRoot.Options;
import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.container.ContainerSpec.SecuritySpec;
import dev.wadah.container.ContainerSpec.UserIds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Containers for real: what a process sees and may do (docker's own answers are in the comments).
 */
@Tag("linux")
@EnabledIf("dev.wadah.container.BusyboxRoot#usable")
class LauncherSandboxTest {
  private static final Path ROOT = Path.of("/");

  @TempDir Path directory;
  private BusyboxRoot box;

  @BeforeEach
  void makeRoot() throws IOException {
    box = new BusyboxRoot(directory);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " :: ",
      quoteCharacter = '`',
      textBlock =
          """
          capabilities of root :: grep Cap /proc/self/status | awk '{print $2}' | tr '\\n' ' ' :: 0000000000000000 00000000a80425fb 00000000a80425fb 00000000a80425fb 0000000000000000
          seccomp :: grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status | tr '\\t\\n' '  ' :: NoNewPrivs: 0 Seccomp: 2
          process 1 :: echo $$ :: 1
          survives its own kill :: kill -9 $$; kill -TERM $$; echo alive :: alive
          hostname :: hostname :: box
          hosts :: cat /etc/hosts :: 127.0.0.1 localhost
          device names :: ls -A /dev | tr '\\n' ' ' :: fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero
          device node :: stat -c '%F %a %t:%T %u:%g' /dev/null :: character special file 666 1:3 0:0
          links :: readlink /dev/fd; readlink /dev/ptmx :: /proc/self/fd
          only lo :: ls /sys/class/net :: lo
          lo is up :: ip -o -4 addr show lo | grep -c 127.0.0.1 :: 1
          shm :: df -k /dev/shm | awk 'END {print $2}' :: 65536
          descriptors :: (ls /proc/1/fd > /tmp/fd); tr '\\n' ' ' < /tmp/fd :: 0 1 2
          environment :: env | grep -v -e SHLVL -e PWD | sort | tr '\\n' ' ' :: HOME=/root PATH=/bin
          umask :: umask :: 0022
          no terminal :: tty :: not a tty
          masked directory :: ls -A /proc/scsi /sys/firmware 2>/dev/null | grep -v : | wc -w :: 0
          masked file :: head -c 1 /proc/kcore | wc -c :: 0
          read-only :: awk '$2=="/proc/sys" {split($4,o,","); print o[1]}' /proc/mounts :: ro
          no mount :: mkdir /m; mount -t tmpfs none /m 2>/dev/null && echo yes || echo no :: no
          no user namespace :: unshare -U true 2>/dev/null && echo yes || echo no :: no
          no host name change :: hostname kit 2>/dev/null && echo yes || echo no :: no
          chroot :: chroot / /bin/true && echo yes || echo no :: yes
          session of its own :: awk '{print $6}' /proc/1/stat :: 1
          """)
  void showsWhatDockerShows(String what, String script, String expected) throws IOException {
    assertThat(box.sh(script).out().strip().lines().findFirst().orElse("").strip())
        .as(what)
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "exit 0,0",
    "exit 42,42",
    "sleep 9 & kill -9 $!; wait $!,137",
    "sleep 9 & kill $!; wait $!,143"
  })
  void givesTheExitCodeOfTheProcess(String script, int code) throws IOException {
    assertThat(box.sh(script).exitCode()).isEqualTo(code);
  }

  @Test
  void runsAsTheUserWithItsGroupsAndWithoutCapabilities() throws IOException {
    Options options = box.options();
    options.user = new UserIds(1000, 1001, List.of(1001, 50), "/home/x");
    BusyboxRoot.Result result =
        box.sh(
            options,
            "id -u; id -g; id -G; echo $HOME; grep -E 'Cap(Eff|Bnd)' /proc/self/status | awk '{print $2}';"
                + " touch /x 2>/dev/null || echo refused");
    assertThat(result.lines())
        .containsExactly(
            "1000",
            "1001",
            "1001 50",
            "/home/x",
            "0000000000000000",
            "00000000a80425fb",
            "refused");
  }

  @Test
  void letsAnyUserOpenItsOwnOutputAgain() throws IOException {
    Options options = box.options();
    options.user = new UserIds(65534, 65534, List.of(), "/");
    BusyboxRoot.Result result = box.sh(options, "echo out > /dev/stdout; echo err > /dev/stderr");
    assertThat(result.out()).isEqualTo("out\n");
    assertThat(result.err()).isEqualTo("err\n");
  }

  @Test
  void answersSyncsAtOnceWhenTheyAreFaked() throws IOException {
    Options options = box.options();
    options.security = new SecuritySpec(Capabilities.DEFAULT, true, false, true, false);
    BusyboxRoot.Result result =
        box.sh(
            options,
            "sync && dd if=/dev/zero of=/f bs=1k count=4 conv=fsync 2>/dev/null && echo ok");
    assertThat(result.out()).isEqualTo("ok\n");
  }

  @Test
  void takesAwayTheWayToNewPrivileges() throws IOException {
    Options options = box.options();
    options.security = new SecuritySpec(List.of("CAP_CHOWN"), true, true, false, false);
    BusyboxRoot.Result result =
        box.sh(
            options, "grep -E '(CapEff|NoNewPrivs|Seccomp):' /proc/self/status | awk '{print $2}'");
    assertThat(result.lines()).containsExactly("0000000000000001", "1", "2");
  }

  @Test
  void givesAPrivilegedContainerTheMachine() throws IOException {
    Options options = box.options();
    options.security = new SecuritySpec(Capabilities.DEFAULT, true, false, false, true);
    BusyboxRoot.Result result =
        box.sh(
            options,
            "grep Seccomp: /proc/self/status | awk '{print $2}'; mkdir /m && mount -t tmpfs t /m && echo mounted;"
                + " ls /dev | wc -l; head -c 1 /dev/kmsg > /dev/null && echo opened");
    assertThat(result.lines()).startsWith("0", "mounted").endsWith("opened");
    assertThat(Integer.parseInt(result.lines().get(2))).isGreaterThan(14);
  }

  @Test
  void runsSeveralAtOnce() throws Exception {
    List<CompletableFuture<String>> runs = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int i = 0; i < 12; i++) {
        BusyboxRoot one = new BusyboxRoot(directory.resolve("n" + i));
        String script = "echo %d; hostname; sleep 0.1; echo %d".formatted(i, i);
        runs.add(CompletableFuture.supplyAsync(() -> outputOf(one, script), threads));
      }
      for (int i = 0; i < runs.size(); i++) {
        assertThat(runs.get(i).get()).isEqualTo("%d\nbox\n%d\n".formatted(i, i));
      }
    } finally {
      threads.shutdown();
    }
  }

  private static String outputOf(BusyboxRoot root, String script) {
    try {
      return root.sh(script).out();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void leavesNoDescriptorOpen() throws IOException {
    box.sh("true");
    int before = descriptors().size();
    for (int i = 0; i < 20; i++) {
      box.sh("true");
    }
    // The JVM opens and closes files of its own meanwhile; a leak would be one per container.
    assertThat(descriptors().size() - before).isLessThan(10);
  }

  private static List<String> descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.map(Path::toString).toList();
    }
  }

  @Test
  void keepsOutputAndErrorApart() throws IOException {
    BusyboxRoot.Result result = box.sh("echo out; echo err >&2");
    assertThat(result.out()).isEqualTo("out\n");
    assertThat(result.err()).isEqualTo("err\n");
  }

  @Test
  void passesLargeOutputWhole() throws IOException {
    assertThat(box.sh("head -c 3000000 /dev/zero").out()).hasSize(3_000_000);
  }

  @Test
  void endsWithProcessOneThoughOthersAreLeft() throws IOException {
    assertThat(box.sh("sleep 300 & echo started").out()).isEqualTo("started\n");
  }

  @Test
  void reportsEveryPathThatWasMadeForAMount() throws IOException {
    Options options = box.options();
    options.mounts =
        List.of(new ContainerSpec.MountSpec.Tmpfs("/a/b/c", 0, 0755, false, List.of()));
    assertThat(box.sh(options, "true").outcome().stubs())
        .contains("/a", "/a/b", "/a/b/c")
        .containsSubsequence("/a", "/a/b", "/a/b/c");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " :: ",
      quoteCharacter = '`',
      textBlock =
          """
          null     :: mknod /tmp/n c 1 3; echo x > /tmp/n && echo yes :: yes
          disk     :: mknod /tmp/d b 7 0 && (head -c 1 /tmp/d) 2>&1 | grep -o 'not permitted' :: not permitted
          memory   :: mknod /tmp/m c 1 1 && (head -c 1 /tmp/m) 2>&1 | grep -o 'not permitted' :: not permitted
          kmsg     :: mknod /tmp/k c 1 11 && (head -c 1 /tmp/k) 2>&1 | grep -o 'not permitted' :: not permitted
          """)
  void letsDevicesBeMadeButOnlyHarmlessOnesBeOpened(String what, String script, String expected)
      throws IOException {
    assertThat(box.sh(script).out().strip()).as(what).isEqualTo(expected);
  }

  @Test
  void killsWhatNeedsMoreMemoryThanItMay() throws IOException {
    Options options = box.options();
    options.limits = new Limits(32L << 20, 0, 0, 0, List.of());
    BusyboxRoot.Result result =
        box.sh(options, "(tail -c 200000000 /dev/zero > /dev/null); echo $?");
    assertThat(result.lines()).containsExactly("137");
    assertThat(result.outcome().oomKilled()).isTrue();
    assertThat(result.outcome().notes()).isEmpty();
  }

  @Test
  void saysThatMemoryWasEnough() throws IOException {
    Options options = box.options();
    options.limits = new Limits(64L << 20, 0.5, 20, 1 << 20, List.of("nofile=64:128", "core=0"));
    BusyboxRoot.Result result =
        box.sh(options, "ulimit -n; ulimit -Hn; ulimit -c; df -k /dev/shm | awk 'END {print $2}'");
    assertThat(result.lines()).containsExactly("64", "128", "0", "1024");
    assertThat(result.outcome().oomKilled()).isFalse();
  }

  @Test
  void holdsBackProcessesBeyondTheLimit() throws IOException {
    Options options = box.options();
    options.limits = new Limits(0, 0, 5, 0, List.of());
    BusyboxRoot.Result result =
        box.sh(options, "for i in 1 2 3 4 5 6 7 8; do sleep 5 & done; echo reached");
    assertThat(result.err()).contains("can't fork");
  }

  @Test
  void leavesNoControlGroupBehind() throws IOException {
    Options options = box.options();
    options.limits = new Limits(64L << 20, 1, 50, 0, List.of());
    box.sh(options, "sleep 100 & true");
    assertThat(controlGroups()).isEmpty();
  }

  private static List<Path> controlGroups() throws IOException {
    String ours = "wadah-" + ProcessHandle.current().pid() + "-";
    List<Path> found = new ArrayList<>();
    for (Machine.CgroupMount mount : Machine.read(ROOT, new MountPoints(ROOT, ROOT)).cgroups()) {
      try (Stream<Path> groups = Files.list(mount.own())) {
        groups.filter(g -> g.getFileName().toString().startsWith(ours)).forEach(found::add);
      }
    }
    return found;
  }
}
