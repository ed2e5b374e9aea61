package dev.wadah.container;

import dev.wadah.container.ContainerSpec.MountSpec;
import dev.wadah.container.ContainerSpec.NetworkMode;
import dev.wadah.container.ContainerSpec.SecuritySpec;
import dev.wadah.container.ContainerSpec.UserIds;
import dev.wadah.container.Machine.CgroupMount;
import dev.wadah.container.Machine.UserNamespace;
import dev.wadah.snapshot.Snapshotter.RootMount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All policy of a container: from its spec to the launcher's operations, in the order that the
 * kernel needs (architecture decision 3). Pure: the same spec and machine give the same list.
 */
final class LaunchPlan {
  /** Docker's PATH for a container whose image sets none. */
  static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** What overlay takes (OVL_MAX_STACK). */
  private static final int MOST_LAYERS = 500;

  /** From here on a look into every layer is worth an own layer that spares it. */
  private static final int MANY_LAYERS = 16;

  private static final List<String> UNMOUNTING = List.of("CAP_SYS_ADMIN");

  private static final long MIB = 1 << 20;
  private static final long DEFAULT_SHM_BYTES = 64 * MIB;

  /** Paths of /proc and /sys that are hidden (moby oci/defaults.go of 28). */
  private static final List<String> MASKED =
      List.of(
          "/proc/asound",
          "/proc/acpi",
          "/proc/interrupts",
          "/proc/kcore",
          "/proc/keys",
          "/proc/latency_stats",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/sys/firmware",
          "/sys/devices/virtual/powercap");

  private static final List<String> READ_ONLY =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  private final ContainerSpec spec;
  private final Machine machine;
  private final OperationList list = new OperationList();

  private LaunchPlan(ContainerSpec spec, Machine machine) {
    this.spec = spec;
    this.machine = machine;
  }

  /**
   * What belongs to one run only.
   *
   * @param cgroups control groups that were made for it
   * @param deviceCgroup the one that gets the device filter
   * @param devices nodes of the host that a privileged container gets
   * @param terminal whether it has one
   */
  record Attachments(
      List<Path> cgroups, Optional<Path> deviceCgroup, List<DeviceNode> devices, boolean terminal) {
    static final Attachments NONE = new Attachments(List.of(), Optional.empty(), List.of(), false);

    Attachments {
      cgroups = List.copyOf(cgroups);
      devices = List.copyOf(devices);
    }
  }

  /**
   * Writes the operations.
   *
   * @throws IllegalArgumentException if the spec holds something that no container can have
   */
  static OperationList of(ContainerSpec spec, Machine machine, Attachments attachments) {
    LaunchPlan plan = new LaunchPlan(spec, machine);
    plan.namespaces(attachments);
    plan.root();
    plan.devices();
    for (DeviceNode device : attachments.devices()) {
      plan.device(device);
    }
    plan.system();
    plan.hostFiles();
    for (MountSpec mount : spec.mounts()) {
      plan.mount(mount);
    }
    plan.protect();
    plan.list.add("mkdir", spec.process().directory());
    if (attachments.terminal()) {
      plan.list.add("terminal");
    }
    if (spec.readOnlyRoot()) {
      plan.list.add("readonly", "/");
    }
    plan.enter();
    plan.privileges();
    plan.program();
    return plan.list;
  }

  /** Only mounts a root file system, then fails to run a program that it does not have. */
  static OperationList trial(RootMount root, Machine machine) {
    OperationList list = new OperationList();
    list.add("clone", Flags.NEWNS).add("private").add("scratch", machine.emptyDirectory());
    tree(root, machine, list);
    return list.add("root").add("pivot").add("arg", "/nothing").add("exec");
  }

  private void namespaces(Attachments attachments) {
    long flags = Flags.NEWNS | Flags.NEWPID | Flags.NEWIPC | Flags.NEWUTS;
    list.add("clone", spec.network() == NetworkMode.NONE ? flags | Flags.NEWNET : flags);
    for (Path cgroup : attachments.cgroups()) {
      list.add("cleanup", cgroup);
    }
    if (attachments.deviceCgroup().isPresent()) {
      list.add("devices", attachments.deviceCgroup().get(), DeviceFilter.program());
    }
    for (Path cgroup : attachments.cgroups()) {
      if (isUnified(cgroup)) {
        list.add("into", cgroup, cgroup.resolve("cgroup.procs"));
      } else {
        list.add("cgroup", cgroup.resolve("cgroup.procs"));
      }
    }
    if (!machine.cgroups().isEmpty()) {
      list.add("unshare", Flags.NEWCGROUP);
    }
    list.add("private").add("scratch", machine.emptyDirectory());
  }

  /** There is one hierarchy of version 2, and one group in it. */
  private boolean isUnified(Path cgroup) {
    return machine.unified().isPresent() && cgroup.startsWith(machine.unified().get().directory());
  }

  private void root() {
    RootMount root = spec.root();
    if (root.work().isPresent() && takesMountPoints(root)) {
      List<Path> lower = new ArrayList<>(root.lower().size() + 2);
      if (isWorthCovering(root)) {
        lower.add(machine.mountPoints().highest());
      }
      lower.addAll(root.lower());
      lower.add(machine.mountPoints().lowest());
      root = new RootMount(lower, root.upper(), root.work());
    }
    tree(root, machine, list);
    list.add("root");
  }

  /** They must all be mounted over, lest a container sees what its image does not have. */
  private boolean takesMountPoints(RootMount root) {
    return spec.host().hosts().isPresent()
        && spec.host().resolvConf().isPresent()
        && root.lower().size() < MOST_LAYERS;
  }

  /**
   * A layer more costs as much as it saves when there are few. Who may unmount must see the image's
   * own directories then.
   */
  private boolean isWorthCovering(RootMount root) {
    int layers = root.lower().size();
    long mayUnmount = Capabilities.mask(UNMOUNTING);
    return layers >= MANY_LAYERS
        && layers + 2 <= MOST_LAYERS
        && !spec.security().privileged()
        && (Capabilities.mask(spec.security().capabilities()) & mayUnmount) == 0;
  }

  private static void tree(RootMount root, Machine machine, OperationList list) {
    if (root.upper().isPresent() && root.work().isEmpty()) {
      list.add("source", root.upper().get());
      return;
    }
    for (Path lower : root.lower()) {
      list.add("lower", lower);
    }
    if (root.upper().isPresent()) {
      list.add("upper", root.upper().get());
      list.add("work", root.work().get());
    }
    // Who is root of a namespace only may write marks in "user." alone, and redirects not at all.
    String options =
        machine.userNamespace() == UserNamespace.FIRST
            ? "metacopy=off,redirect_dir=off,index=off"
            : "userxattr,metacopy=off,index=off";
    list.add("overlay", root.upper().isPresent() ? options + ",?volatile" : options, "");
  }

  /** Docker's /dev: a tmpfs with seven devices and the usual links. */
  private void devices() {
    long shm = spec.limits().shmBytes() == 0 ? DEFAULT_SHM_BYTES : spec.limits().shmBytes();
    String pts = "newinstance,ptmxmode=0666,mode=0620,gid=5";
    system("proc", "/proc", Flags.QUIET, "");
    system("tmpfs", "/dev", Flags.NOSUID | Flags.STRICTATIME, "mode=755,size=65536k");
    system("devpts", "/dev/pts", Flags.NOSUID | Flags.NOEXEC, pts);
    system("mqueue", "/dev/mqueue", Flags.QUIET, "");
    list.add("mount", "tmpfs", "shm", "/dev/shm", Flags.QUIET, "mode=1777,size=" + shm, "");
    node("null", 1, 3);
    node("zero", 1, 5);
    node("full", 1, 7);
    node("random", 1, 8);
    node("urandom", 1, 9);
    node("tty", 5, 0);
    list.add("symlink", "pts/ptmx", "/dev/ptmx");
    list.add("symlink", "/proc/self/fd", "/dev/fd");
    list.add("symlink", "/proc/self/fd/0", "/dev/stdin");
    list.add("symlink", "/proc/self/fd/1", "/dev/stdout");
    list.add("symlink", "/proc/self/fd/2", "/dev/stderr");
  }

  private void node(String name, int major, int minor) {
    list.add("node", "/dev/" + name, Flags.CHARACTER_DEVICE | 0666, major, minor);
  }

  private void device(DeviceNode device) {
    if (device.directory()) {
      list.add("mkdir", device.path());
    } else {
      list.add("node", device.path(), device.mode(), device.major(), device.minor());
    }
  }

  private void system(String type, String target, long flags, String data) {
    list.add("mount", type, type, target, flags, data, "");
  }

  private void system() {
    long flags = spec.security().privileged() ? Flags.QUIET : Flags.QUIET | Flags.RDONLY;
    if (machine.userNamespace() == UserNamespace.OWN && spec.network() != NetworkMode.NONE) {
      // A sysfs is of a network namespace, and the machine's own is not ours.
      list.add("source", "/sys");
      place("/", "/sys", true, true);
    } else {
      system("sysfs", "/sys", flags, "");
    }
    boolean unified = machine.cgroups().size() == 1 && machine.cgroups().get(0).version() == 2;
    if (unified) {
      system("cgroup2", "/sys/fs/cgroup", flags, "");
    } else if (!machine.cgroups().isEmpty()) {
      system("tmpfs", "/sys/fs/cgroup", Flags.QUIET, "mode=755");
      for (CgroupMount cgroup : machine.cgroups()) {
        hierarchy(cgroup, flags);
      }
    }
  }

  /** Version 1: each hierarchy under the name that it has on the host. */
  private void hierarchy(CgroupMount cgroup, long flags) {
    String target = "/sys/fs/cgroup/" + cgroup.directory().getFileName();
    if (cgroup.version() == 2) {
      system("cgroup2", target, flags, "");
    } else {
      system("cgroup", target, flags, cgroup.controllers());
    }
  }

  private void hostFiles() {
    file("/etc/hosts", spec.host().hosts());
    file("/etc/resolv.conf", spec.host().resolvConf());
    file("/etc/hostname", spec.host().hostnameFile());
  }

  private void file(String path, Optional<String> content) {
    if (content.isPresent()) {
      list.add("file", path, content.get(), 0644);
    }
  }

  private void mount(MountSpec mount) {
    if (mount instanceof MountSpec.Bind bind) {
      list.add("source", bind.source());
      place("/", bind.target(), bind.readOnly(), bind.recursive());
    } else if (mount instanceof MountSpec.Overlay overlay) {
      tree(overlay.root(), machine, list);
      place(overlay.subpath(), overlay.target(), overlay.readOnly(), false);
    } else if (mount instanceof MountSpec.Tmpfs tmpfs) {
      tmpfs(tmpfs);
    }
  }

  private void place(String subpath, String target, boolean readOnly, boolean recursive) {
    list.add("place", subpath, target, readOnly ? 1 : 0, recursive ? 1 : 0);
  }

  private void tmpfs(MountSpec.Tmpfs tmpfs) {
    StringBuilder data = new StringBuilder("mode=").append(Integer.toOctalString(tmpfs.mode()));
    if (tmpfs.sizeBytes() > 0) {
      data.append(",size=").append(tmpfs.sizeBytes());
    }
    long flags = Flags.QUIET | (tmpfs.readOnly() ? Flags.RDONLY : 0);
    for (String option : tmpfs.options()) {
      long before = flags;
      flags = Flags.apply(flags, option);
      if (flags == before && !Flags.isFlag(option)) {
        data.append(',').append(option);
      }
    }
    list.add("mount", "tmpfs", "tmpfs", tmpfs.target(), flags, data, "");
  }

  private void protect() {
    if (!spec.security().privileged()) {
      for (String path : READ_ONLY) {
        list.add("readonly", path);
      }
      for (String path : MASKED) {
        list.add("mask", path);
      }
    }
  }

  private void enter() {
    list.add("pivot");
    if (!spec.host().hostname().isEmpty()) {
      list.add("hostname", spec.host().hostname());
    }
    if (spec.network() == NetworkMode.NONE) {
      list.add("loopback");
    }
    list.add("keyring");
    for (String ulimit : spec.limits().ulimits()) {
      Ulimit limit = Ulimit.parse(ulimit);
      list.add("rlimit", limit.resource(), limit.soft(), limit.hard());
    }
    list.add("cwd", spec.process().directory());
  }

  /**
   * Without no_new_privs the filter must be installed while CAP_SYS_ADMIN is still there; with it,
   * last, so that the filter has nothing to say about the steps in between.
   */
  private void privileges() {
    SecuritySpec security = spec.security();
    UserIds user = spec.process().user();
    long bounding =
        security.privileged() ? machine.capabilities() : Capabilities.mask(security.capabilities());
    list.add("bounding", Long.toHexString(bounding));
    if (!security.noNewPrivileges()) {
      filter(security, bounding);
    }
    for (int group : user.groups()) {
      list.add("group", Integer.toUnsignedString(group));
    }
    list.add("ids", Integer.toUnsignedString(user.uid()), Integer.toUnsignedString(user.gid()));
    String kept = user.uid() == 0 ? Long.toHexString(bounding) : "0";
    list.add("capabilities", kept, kept, "0", "0");
    if (security.noNewPrivileges()) {
      list.add("nonewprivs");
      filter(security, bounding);
    }
  }

  private void filter(SecuritySpec security, long capabilities) {
    boolean profile = security.seccomp() && !security.privileged();
    if (profile || security.fakeSync()) {
      Seccomp.Profile rules = profile ? Seccomp.Profile.DOCKER : Seccomp.Profile.NONE;
      Seccomp.Syncs syncs = security.fakeSync() ? Seccomp.Syncs.FAKED : Seccomp.Syncs.MADE;
      list.add("seccomp", machine.seccomp().program(rules, syncs, capabilities));
    }
  }

  private void program() {
    var process = spec.process();
    String home = process.user().home();
    boolean hasPath = false;
    boolean hasHome = false;
    for (String variable : process.env()) {
      list.add("env", variable);
      hasPath |= variable.startsWith("PATH=");
      hasHome |= variable.startsWith("HOME=");
    }
    if (!hasPath) {
      list.add("env", "PATH=".concat(DEFAULT_PATH));
    }
    if (!hasHome) {
      list.add("env", "HOME=".concat(home.isEmpty() ? "/" : home));
    }
    for (String argument : process.arguments()) {
      list.add("arg", argument);
    }
    if (process.init()) {
      list.add("init");
    }
    list.add("exec");
  }
}
