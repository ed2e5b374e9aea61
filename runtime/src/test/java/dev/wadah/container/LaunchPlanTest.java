package dev.wadah.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.container.BusyboxRoot.Options;
import dev.wadah.container.ContainerSpec.MountSpec.Bind;
import dev.wadah.container.ContainerSpec.NetworkMode;
import dev.wadah.container.ContainerSpec.SecuritySpec;
import dev.wadah.container.ContainerSpec.UserIds;
import dev.wadah.container.LaunchPlan.Attachments;
import dev.wadah.container.Machine.UserNamespace;
import dev.wadah.snapshot.Snapshotter.RootMount;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The policy of containers, without a container: pure, so it runs anywhere. */
class LaunchPlanTest {
  private static final String CGROUPS = "0::/user\n4:memory:/process\n1:cpu,cpuacct:/\n";
  private static final String MOUNTS =
      """
      proc /proc proc rw 0 0
      cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0
      cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpuacct,cpu 0 0
      cgroup2 /sys/fs/cgroup/unified cgroup2 rw,nsdelegate 0 0
      """;

  @Test
  void ordersWhatTheKernelWantsInOrder() {
    assertThat(names(options()))
        .containsSubsequence(
            "clone",
            "unshare",
            "private",
            "scratch",
            "lower",
            "overlay",
            "root",
            "mount",
            "node",
            "file",
            "readonly",
            "mask",
            "mkdir",
            "pivot",
            "hostname",
            "cwd",
            "bounding",
            "seccomp",
            "ids",
            "capabilities",
            "exec");
  }

  @Test
  void installsTheFilterLastWhenNoNewPrivilegesAreAllowed() {
    Options options = options();
    options.security = new SecuritySpec(Capabilities.DEFAULT, true, true, false, false);
    assertThat(names(options))
        .containsSubsequence("bounding", "ids", "capabilities", "nonewprivs", "seccomp", "exec");
  }

  @Test
  void takesCapabilitiesFromUsersButNotFromTheirBoundingSet() {
    Options options = options();
    options.user = new UserIds(1000, 1001, List.of(1001, 50), "/home/x");
    assertThat(lines(options))
        .containsSubsequence(
            "bounding a80425fb",
            "group 1001",
            "group 50",
            "ids 1000 1001",
            "capabilities 0 0 0 0",
            "env HOME=/home/x");
  }

  @Test
  void givesAPrivilegedContainerWhatTheMachineHas() {
    Options options = options();
    options.security = new SecuritySpec(List.of(), true, false, false, true);
    assertThat(names(options)).doesNotContain("mask", "seccomp", "readonly");
    assertThat(lines(options)).contains("bounding 1ffffffffff");
  }

  @Test
  void makesANetworkOfItsOwnOnlyWhenAsked() {
    Options options = options();
    assertThat(names(options)).contains("loopback");
    options.network = NetworkMode.HOST;
    assertThat(names(options)).doesNotContain("loopback");
    assertThat(lines(options).get(0)).isEqualTo("clone " + (0x20000 | 0x20000000 | 0xC000000));
  }

  @Test
  void asksForNothingThatOnlyTheMachinesOwnRootMayDo() {
    Options options = options();
    options.network = NetworkMode.HOST;
    assertThat(plan(options, UserNamespace.OWN).lines())
        .anyMatch(line -> line.startsWith("overlay userxattr,"))
        .noneMatch(line -> line.contains("redirect_dir") || line.startsWith("mount sysfs"))
        .containsSubsequence("source /sys", "place / /sys 1 1");
    options.network = NetworkMode.NONE;
    assertThat(plan(options, UserNamespace.OWN).lines())
        .anyMatch(line -> line.startsWith("mount sysfs"));
    assertThat(Machine.userNamespace("         0          0 4294967295\n"))
        .isEqualTo(UserNamespace.FIRST);
    assertThat(Machine.userNamespace("         0       1001          1\n"))
        .isEqualTo(UserNamespace.OWN);
  }

  @Test
  void leavesPathAndHomeOfTheImageAlone() {
    Options options = options();
    options.env = List.of("A=1", "HOME=/h", "PATH=/p");
    assertThat(lines(options)).containsSubsequence("env A=1", "env HOME=/h", "env PATH=/p");
    options.env = List.of();
    assertThat(lines(options)).contains("env PATH=" + LaunchPlan.DEFAULT_PATH, "env HOME=/root");
  }

  @Test
  void isTheSameForTheSameSpec() {
    assertThat(plan(options()).toBytes()).isEqualTo(plan(options()).toBytes());
  }

  @Test
  void sendsPathsThatAreNotUtf8ByteForByte() {
    Options options = options();
    options.mounts = List.of(new Bind(Path.of("/x"), "/caf\udce9\u00e9\ud83d\ude00", true, false));
    String bytes = new String(plan(options).toBytes(), StandardCharsets.ISO_8859_1);
    assertThat(bytes).contains("/caf\u00e9\u00c3\u00a9\u00f0\u009f\u0098\u0080\0");
  }

  @Test
  void refusesUnknownCapabilities() {
    Options options = options();
    options.security = new SecuritySpec(List.of("CAP_MAGIC"), true, false, false, false);
    assertThatThrownBy(() -> plan(options)).hasMessageContaining("CAP_MAGIC");
  }

  @Test
  void findsControlGroupsOfBothVersions() {
    assertThat(Machine.cgroups(MOUNTS, CGROUPS))
        .extracting(mount -> mount.version() + " " + mount.controllers())
        .containsExactly("1 memory", "1 cpuacct,cpu", "2 ");
  }

  @Test
  void takesAHierarchyOnceWhenSysIsBoundIntoAnotherRoot() {
    String bound =
        MOUNTS.replace(" /sys/", " /srv/root/sys/").replace("cpuacct,cpu", "cpu,cpuacct");
    assertThat(Machine.cgroups(MOUNTS + bound, CGROUPS))
        .isEqualTo(Machine.cgroups(MOUNTS, CGROUPS));
  }

  @Test
  void coversWhatIsMountedOverWhenManyLayersWouldBeLookedInto() {
    Options options = options();
    assertThat(lowers(options)).containsExactly("lower /l", "lower /points");
    options.root = layers(16);
    assertThat(lowers(options)).hasSize(18).startsWith("lower /covered").endsWith("lower /points");
    options.security = new SecuritySpec(List.of("CAP_SYS_ADMIN"), true, false, false, false);
    assertThat(lowers(options)).hasSize(17).startsWith("lower /0").endsWith("lower /points");
  }

  @Test
  void addsNoMountPointsBeyondWhatTheKernelStacks() {
    Options options = options();
    options.root = layers(498);
    assertThat(lowers(options)).hasSize(500).startsWith("lower /covered").endsWith("lower /points");
    options.root = layers(499);
    assertThat(lowers(options)).hasSize(500).startsWith("lower /0").endsWith("lower /points");
    options.root = layers(500);
    assertThat(lowers(options)).hasSize(500).startsWith("lower /0").endsWith("lower /499");
  }

  private static RootMount layers(int count) {
    List<Path> lower = IntStream.range(0, count).mapToObj(i -> Path.of("/" + i)).toList();
    return new RootMount(lower, Optional.of(Path.of("/u")), Optional.of(Path.of("/w")));
  }

  private static List<String> lowers(Options options) {
    return lines(options).stream().filter(line -> line.startsWith("lower ")).toList();
  }

  private static Options options() {
    Options options = new Options();
    options.root =
        new RootMount(
            List.of(Path.of("/l")), Optional.of(Path.of("/u")), Optional.of(Path.of("/w")));
    return options;
  }

  private static OperationList plan(Options options) {
    return plan(options, UserNamespace.FIRST);
  }

  private static OperationList plan(Options options, UserNamespace userNamespace) {
    Machine machine =
        new Machine(
            Path.of("/empty"),
            new MountPoints(Path.of("/points"), Path.of("/covered")),
            0x1ffffffffffL,
            Machine.cgroups(MOUNTS, CGROUPS),
            userNamespace,
            new Seccomp());
    return LaunchPlan.of(BusyboxRoot.spec(options, List.of("x")), machine, Attachments.NONE);
  }

  private static List<String> lines(Options options) {
    return plan(options).lines();
  }

  private static List<String> names(Options options) {
    return lines(options).stream().map(line -> line.replaceFirst(" .*", "")).distinct().toList();
  }
}
