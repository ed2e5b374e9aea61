package dev.wadah.container;

import dev.wadah.container.ControlGroup.Devices;
import dev.wadah.container.LaunchPlan.Attachments;
import dev.wadah.container.LauncherProcess.Output;
import dev.wadah.container.Machine.UserNamespace;
import dev.wadah.container.SandboxException.Kind;
import dev.wadah.layer.TreeForm;
import dev.wadah.posix.Natives;
import dev.wadah.posix.Posix;
import dev.wadah.posix.Processes;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import dev.wadah.snapshot.Snapshotter.RootMount;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs containers through the C launcher: plans in Java, performs in C. One object serves any
 * number of threads; each container is one launcher process, which dies with this process.
 */
public final class LauncherSandbox implements Sandbox, TreeForm.Probe {
  private static final int[] NO_DESCRIPTORS = {};

  private final Path directory;
  private final Optional<Path> launcher;
  private final Foundations foundations = new Foundations(this::found);
  private String program;
  private Machine machine;

  /**
   * Makes a sandbox; nothing is read or written before the first run.
   *
   * @param directory a directory of its own in the store, made when missing
   */
  public LauncherSandbox(Path directory) {
    this(directory, Optional.empty());
  }

  /** With another launcher than the installed one. */
  LauncherSandbox(Path directory, Optional<Path> launcher) {
    this.directory = directory;
    this.launcher = launcher;
  }

  @Override
  public void require() throws IOException {
    if (Posix.effectiveUser() != 0) {
      throw LaunchFailures.notRoot();
    }
  }

  @Override
  public Outcome run(ContainerSpec spec, Io io) throws IOException {
    long start = System.nanoTime();
    prepare();
    forgetVolatile(spec.root());
    boolean terminal = io instanceof Io.Inherit inherit && inherit.terminal();
    boolean privileged = spec.security().privileged();
    // In a user namespace of one's own the kernel itself lets no device be made.
    boolean devicesHeldBack = machine.userNamespace() == UserNamespace.OWN;
    Devices devices = privileged || devicesHeldBack ? Devices.ALL : Devices.FILTERED;
    byte[] state = terminal ? Processes.terminalState(0) : null;
    Optional<Foundation> foundation =
        RootPlan.canBeFounded(spec) ? foundations.enter(spec.root().lower()) : Optional.empty();
    try (ControlGroup cgroup = ControlGroup.create(machine, spec.limits(), devices)) {
      Attachments attachments =
          new Attachments(
              cgroup.directories(),
              cgroup.deviceDirectory(),
              privileged ? DeviceNode.ofHost() : List.of(),
              foundation.map(Foundation::size).orElse(0),
              terminal);
      int[] descriptors = foundation.map(Foundation::descriptors).orElse(NO_DESCRIPTORS);
      OperationList list = plan(spec, attachments);
      Profile.spent(Phase.MOUNT, start);
      return launch(spec, io, list, cgroup, descriptors);
    } finally {
      foundation.ifPresent(Foundation::leave);
      if (state != null) {
        Processes.restoreTerminal(0, state);
      }
    }
  }

  @Override
  public void expect(RootMount root) throws IOException {
    if (root.work().isPresent()) {
      prepare();
      foundations.expect(root.lower());
    }
  }

  @Override
  public boolean isHolding() {
    return foundations.isHolding();
  }

  @Override
  public void release() {
    foundations.release();
  }

  private Optional<Foundation> found(List<Path> layers) throws IOException {
    Files.createDirectories(RootPlan.place(machine));
    OperationList list = RootPlan.foundation(layers, machine);
    try (Input input = Input.nothing();
        LauncherProcess process =
            LauncherProcess.start(program, list.toBytes(), input.descriptor(), Output.PIPES)) {
      return Foundation.of(layers, process);
    }
  }

  private Outcome launch(
      ContainerSpec spec, Io io, OperationList list, ControlGroup cgroup, int... descriptors)
      throws IOException {
    long start = System.nanoTime();
    Output output = io instanceof Io.Streams ? Output.PIPES : Output.INHERITED;
    try (Input input = Input.of(io);
        LauncherProcess process =
            LauncherProcess.start(
                program, list.toBytes(), input.descriptor(), output, descriptors)) {
      try {
        await(process, io);
      } finally {
        note(start, process.report().started()); // of one that was interrupted, too
      }
      return outcome(process.report(), spec, cgroup);
    }
  }

  private static void note(long start, long started) {
    long mounted = started == 0 ? System.nanoTime() : started;
    Profile.spent(Phase.MOUNT, start, mounted - start);
    Profile.spent(Phase.RUN, mounted);
  }

  /** The operations for a spec, a line each: what {@code --print spec} shows. */
  public Iterable<String> explain(ContainerSpec spec) throws IOException {
    prepare();
    return plan(spec, Attachments.NONE).lines();
  }

  /**
   * Tries whether the kernel mounts an overlay of the directories {@code lower}, {@code upper} and
   * {@code work} in {@code room}, in a mount namespace of its own.
   */
  @Override
  public TreeForm.Answer ask(Path room) throws IOException {
    prepare();
    Path lower = room.resolve("lower");
    RootMount root =
        new RootMount(
            List.of(lower), Optional.of(room.resolve("upper")), Optional.of(room.resolve("work")));
    OperationList list = RootPlan.trial(root, machine);
    try (Input input = Input.nothing();
        LauncherProcess process =
            LauncherProcess.start(program, list.toBytes(), input.descriptor(), Output.PIPES)) {
      process.await(OutputStream.nullOutputStream(), OutputStream.nullOutputStream());
      return LaunchFailures.ofTrial(process.report());
    }
  }

  /**
   * A volatile overlay marks its work directory and is not mounted again until the mark is gone
   * (overlayfs.rst, "Volatile mount"). The mark guards against lost writes after a crash of the
   * kernel; a state that may have seen one is not run again, but thrown away by its owner.
   */
  private static void forgetVolatile(RootMount root) throws IOException {
    if (root.work().isPresent()) {
      Path mark = root.work().get().resolve("work/incompat/volatile");
      Files.deleteIfExists(mark.resolve("dirty"));
      Files.deleteIfExists(mark);
    }
  }

  private synchronized void prepare() throws IOException {
    if (program == null) {
      Path empty = Files.createDirectories(directory.resolve("empty"));
      machine = Machine.read(empty, MountPoints.in(directory));
      Path file = launcher.isPresent() ? launcher.get() : Natives.file("launcher");
      program = "/proc/self/fd/" + Processes.sealedCopy(file.toString());
    }
  }

  private OperationList plan(ContainerSpec spec, Attachments attachments) throws SandboxException {
    try {
      return LaunchPlan.of(spec, machine, attachments);
    } catch (IllegalArgumentException e) {
      throw new SandboxException(Kind.SETUP, e.getMessage());
    }
  }

  private static void await(LauncherProcess process, Io io) throws IOException {
    if (io instanceof Io.Streams streams) {
      process.await(streams.out(), streams.err());
      return;
    }
    Processes.relaySignals(process.control());
    try {
      process.await(OutputStream.nullOutputStream(), OutputStream.nullOutputStream());
    } finally {
      Processes.stopRelay();
    }
  }

  private static Outcome outcome(LauncherReport report, ContainerSpec spec, ControlGroup cgroup)
      throws IOException {
    if (report.failure().isPresent()) {
      throw LaunchFailures.toException(report.failure().get(), spec);
    }
    if (report.exitCode() < 0) {
      throw new SandboxException(
          Kind.SETUP, "the launcher was killed before it could say how the container ended");
    }
    List<String> notes = new ArrayList<>(cgroup.notes());
    for (LauncherReport.Failure note : report.notes()) {
      // What else the kernel refused nobody asked for, and something of the machine stands in.
      if (note.call().equals("setrlimit")) {
        notes.add(
            "the %s ulimit is not in force, because the kernel refuses it (%s); raising one needs CAP_SYS_RESOURCE"
                .formatted(Ulimit.name(Integer.parseInt(note.path())), note.reason()));
      }
    }
    return new Outcome(report.exitCode(), cgroup.oomKilled(), report.stubs(), notes);
  }

  /** The container's standard input: ours, or nothing. */
  private record Input(int descriptor) implements AutoCloseable {
    static Input of(Io io) throws IOException {
      boolean ours = io instanceof Io.Inherit inherit && inherit.interactive();
      return ours ? new Input(0) : nothing();
    }

    static Input nothing() throws IOException {
      return new Input(Processes.open("/dev/null", Processes.READ));
    }

    @Override
    public void close() {
      if (descriptor != 0) {
        Processes.close(descriptor);
      }
    }
  }
}
