package dev.wadah.container;

import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.container.Machine.CgroupMount;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The control groups of one container: its limits, and which devices it may open. Directories are
 * made below the group of this process (so that its own limits hold for the container too), and
 * removed by the launcher, which outlives a killed JVM.
 *
 * <p>What a machine does not offer is left out and said in {@link #notes()}: a container without a
 * limit is better than none (docker does the same).
 */
final class ControlGroup implements Closeable {
  private static final AtomicLong COUNTER = new AtomicLong();
  private static final int PERIOD_MICROS = 100_000;
  private static final int REMOVE_ATTEMPTS = 200;
  private static final long REMOVE_PAUSE_NANOS = 5_000_000;

  private final Machine machine;
  private final String name = "wadah-" + ProcessHandle.current().pid() + "-" + next();
  private final List<Path> directories = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private Optional<Path> deviceDirectory = Optional.empty();
  private Optional<Path> memoryEvents = Optional.empty();

  private ControlGroup(Machine machine) {
    this.machine = machine;
  }

  private static long next() {
    return COUNTER.incrementAndGet();
  }

  /** Makes the groups that the limits and the device filter need; none when nothing is asked. */
  static ControlGroup create(Machine machine, Limits limits, Devices devices) {
    ControlGroup group = new ControlGroup(machine);
    if (limits.memoryBytes() > 0) {
      group.limit("memory", () -> group.limitMemory(limits.memoryBytes()));
    }
    if (limits.cpus() > 0) {
      group.limit("cpu", () -> group.limitProcessors(limits.cpus()));
    }
    if (limits.pids() > 0) {
      group.limit("pids", () -> group.limitProcesses(limits.pids()));
    }
    if (devices == Devices.FILTERED) {
      group.filterDevices();
    }
    return group;
  }

  /** Whether devices are held back. */
  enum Devices {
    ALL,
    FILTERED
  }

  /** The directories, parents first. */
  List<Path> directories() {
    return directories;
  }

  /** The group of version 2 to which the device filter is attached by the launcher. */
  Optional<Path> deviceDirectory() {
    return deviceDirectory;
  }

  /** What could not be had, a sentence each. */
  List<String> notes() {
    return notes;
  }

  /** Whether the kernel killed a process of the container because it reached its memory limit. */
  boolean oomKilled() throws IOException {
    if (memoryEvents.isEmpty()) {
      return false;
    }
    for (String line : Files.readAllLines(memoryEvents.get())) {
      if (line.startsWith("oom_kill ")) {
        return !line.equals("oom_kill 0");
      }
    }
    return false;
  }

  /** Removes what the launcher has not removed, because it never ran or was killed itself. */
  @Override
  public void close() throws IOException {
    for (int i = directories.size() - 1; i >= 0; i--) {
      remove(directories.get(i));
    }
  }

  /** Processes that were just killed may still be there for a moment. */
  private static void remove(Path directory) throws IOException {
    for (int attempt = 0; ; attempt++) {
      try {
        Files.deleteIfExists(directory);
        return;
      } catch (IOException e) {
        if (attempt == REMOVE_ATTEMPTS) {
          throw e;
        }
        LockSupport.parkNanos(REMOVE_PAUSE_NANOS);
      }
    }
  }

  /** A limit that is set by writing files. */
  private interface Setting {
    void apply() throws IOException;
  }

  private void limit(String controller, Setting setting) {
    try {
      setting.apply();
    } catch (IOException e) {
      notes.add(
          "the %s limit is not in force, because the control group for it cannot be used (%s); run as root with a writable /sys/fs/cgroup that has the %s controller"
              .formatted(controller, e, controller));
    }
  }

  private void limitMemory(long bytes) throws IOException {
    Path directory = directory("memory");
    if (isVersion2(directory)) {
      write(directory, "memory.max", Long.toString(bytes));
      writeIfThere(directory, "memory.swap.max", Long.toString(bytes));
      memoryEvents = Optional.of(directory.resolve("memory.events"));
    } else {
      write(directory, "memory.limit_in_bytes", Long.toString(bytes));
      // As docker: as much swap as memory. Counted together here.
      writeIfThere(directory, "memory.memsw.limit_in_bytes", Long.toString(2 * bytes));
      memoryEvents = Optional.of(directory.resolve("memory.oom_control"));
    }
  }

  private void limitProcessors(double cpus) throws IOException {
    Path directory = directory("cpu");
    long quota = Math.max(1000, Math.round(cpus * PERIOD_MICROS));
    if (isVersion2(directory)) {
      write(directory, "cpu.max", String.format(Locale.ROOT, "%d %d", quota, PERIOD_MICROS));
    } else {
      write(directory, "cpu.cfs_period_us", Integer.toString(PERIOD_MICROS));
      write(directory, "cpu.cfs_quota_us", Long.toString(quota));
    }
  }

  private void limitProcesses(long pids) throws IOException {
    write(directory("pids"), "pids.max", Long.toString(pids));
  }

  /** Version 2 filters by a program, in any group; version 1 has a controller for it. */
  private void filterDevices() {
    try {
      Optional<CgroupMount> unified = machine.unified();
      if (unified.isPresent()) {
        deviceDirectory = Optional.of(made(unified.get(), unified.get().own().resolve(name)));
      } else {
        Path directory = directory("devices");
        write(directory, "devices.deny", "a");
        for (String rule : DeviceFilter.ALLOWED) {
          write(directory, "devices.allow", rule);
        }
      }
    } catch (IOException e) {
      notes.add(
          "devices of this machine are not held back from the container, because no control group can be made (%s)"
              .formatted(e));
    }
  }

  /**
   * The group that limits have led to already, since a process has one group only; else a new one.
   */
  private Path made(CgroupMount unified, Path other) throws IOException {
    for (Path directory : directories) {
      if (directory.startsWith(unified.directory())) {
        return directory;
      }
    }
    return make(other);
  }

  /** The container's directory in the hierarchy that has the controller; made when it is new. */
  private Path directory(String controller) throws IOException {
    Optional<CgroupMount> v1 = machine.version1(controller);
    if (v1.isPresent()) {
      return make(v1.get().own().resolve(name));
    }
    CgroupMount unified =
        machine
            .unified()
            .orElseThrow(() -> new IOException("no control group hierarchy has " + controller));
    return make(parentWith(unified, controller).resolve(name));
  }

  /**
   * A group may hand on controllers only if it holds no process itself, unless it is the root. So
   * the container's group is made below ours where ours is the root, and beside ours otherwise.
   */
  private static Path parentWith(CgroupMount unified, String controller) throws IOException {
    Path own = unified.own();
    if (own.equals(unified.directory())) {
      Path control = own.resolve("cgroup.subtree_control");
      if (!Files.readString(control).contains(controller)) {
        write(own, "cgroup.subtree_control", "+" + controller);
      }
      return own;
    }
    Path parent = own.getParent();
    String enabled = Files.readString(parent.resolve("cgroup.subtree_control"));
    if (!List.of(enabled.strip().split(" ", -1)).contains(controller)) {
      throw new IOException("the controller is not enabled in " + parent);
    }
    return parent;
  }

  private Path make(Path directory) throws IOException {
    if (!directories.contains(directory)) {
      Files.createDirectory(directory);
      directories.add(directory);
    }
    return directory;
  }

  private static boolean isVersion2(Path directory) {
    return Files.exists(directory.resolve("cgroup.controllers"));
  }

  private static void write(Path directory, String file, String value) throws IOException {
    Files.write(
        directory.resolve(file),
        value.getBytes(StandardCharsets.US_ASCII),
        StandardOpenOption.WRITE);
  }

  /** For what a kernel may be built without (accounting of swap). */
  private static void writeIfThere(Path directory, String file, String value) throws IOException {
    if (Files.exists(directory.resolve(file))) {
      write(directory, file, value);
    }
  }
}
