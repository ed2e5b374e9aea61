package dev.wadah.container;

import dev.wadah.container.ContainerSpec.MountSpec;
import dev.wadah.container.ContainerSpec.NetworkMode;
import dev.wadah.container.ContainerSpec.SecuritySpec;
import dev.wadah.container.ContainerSpec.UserIds;
import dev.wadah.container.Machine.CgroupMount;
import dev.wadah.container.Machine.UserNamespace;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * All policy of a container: from its spec to the launcher's operations, in the order that the
 * kernel needs (architecture decision 3). Pure: the same spec and machine give the same list.
 */
final class LaunchPlan {
  /** Docker's PATH for a container whose image sets none. */
  static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

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
   * @param founded how many of the root's lowest layers a {@link Foundation} carries; 0 without one
   * @param terminal whether it has one
   */
  record Attachments(
      List<Path> cgroups,
      Optional<Path> deviceCgroup,
      List<DeviceNode> devices,
      int founded,
      boolean terminal) {
    static final Attachments NONE =
        new Attachments(List.of(), Optional.empty(), List.of(), 0, false);

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
    RootPlan.add(spec, machine, attachments.founded(), plan.list);
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

  private void namespaces(Attachments attachments) {
    if (attachments.founded() > 0) {
      list.add("join");
    }
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
      RootPlan.tree(overlay.root(), machine, list);
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
