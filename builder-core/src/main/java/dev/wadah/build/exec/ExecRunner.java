package dev.wadah.build.exec;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildProgress;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.container.Capabilities;
import dev.wadah.container.ContainerSpec;
import dev.wadah.container.ContainerSpec.HostFiles;
import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.container.ContainerSpec.NetworkMode;
import dev.wadah.container.ContainerSpec.ProcessSpec;
import dev.wadah.container.ContainerSpec.SecuritySpec;
import dev.wadah.container.ContainerSpec.UserIds;
import dev.wadah.container.Sandbox;
import dev.wadah.container.SandboxException;
import dev.wadah.container.UserLookup;
import dev.wadah.engine.Engine;
import dev.wadah.layer.LayerStack;
import dev.wadah.oci.DiffId;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import dev.wadah.snapshot.Snapshotter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Makes the layer of a RUN: a container on a writable state of the root, and what it changed. */
final class ExecRunner {
  /** Lower directories of one overlay (OVL_MAX_STACK). */
  private static final int MOST_LAYERS = 500;

  private final Engine engine;
  private final StepMounts mounts;
  private final StepLogs logs;
  private final BuildProgress progress;
  private final Limits limits;
  private final Faults faults;
  private final StepFailure failure;
  private final Afterwards afterwards;

  /** What this build was told already. */
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  ExecRunner(
      Engine engine,
      StepMounts mounts,
      StepLogs logs,
      BuildProgress progress,
      Limits limits,
      Faults faults,
      Afterwards afterwards) {
    this.engine = engine;
    this.mounts = mounts;
    this.logs = logs;
    this.progress = progress;
    this.limits = limits;
    this.faults = faults;
    this.failure = new StepFailure(faults);
    this.afterwards = afterwards;
  }

  DiffId run(Vertex vertex, Op.Exec op, List<VertexResult> inputs)
      throws BuildException, IOException {
    refuseForeign(vertex, op);
    LayerStack stack = ((VertexResult.Root) inputs.get(0)).layers();
    long start = System.nanoTime();
    UserIds user;
    Snapshotter.Active active;
    try {
      requireRights(vertex, op);
      user = user(vertex, op, stack);
      active = engine.snapshots().prepare(stack);
    } finally {
      Profile.spent(Phase.MOUNT, start);
    }
    try {
      refuseTooManyLayers(vertex, active.root().lower().size());
      return run(vertex, op, inputs, active, user);
    } finally {
      afterwards.close(active);
    }
  }

  private void requireRights(Vertex vertex, Op.Exec op) throws BuildException, IOException {
    try {
      engine.sandbox().require();
    } catch (SandboxException e) {
      throw failure.of(vertex, op, e);
    }
  }

  private DiffId run(
      Vertex vertex, Op.Exec op, List<VertexResult> inputs, Snapshotter.Active active, UserIds user)
      throws BuildException, IOException {
    try (StepMounts.Prepared prepared = prepare(vertex, op, inputs, active);
        StepOutput output = new StepOutput(progress, StepRunner.name(vertex), logs)) {
      ContainerSpec spec = spec(op, user, active, prepared);
      Sandbox.Outcome outcome = start(vertex, op, spec, output);
      tell(outcome.notes(), output);
      if (outcome.exitCode() != 0) {
        throw failure.of(vertex, op, outcome, output);
      }
      return active.commit(outcome.stubs());
    }
  }

  private StepMounts.Prepared prepare(
      Vertex vertex, Op.Exec op, List<VertexResult> inputs, Snapshotter.Active active)
      throws BuildException, IOException {
    long start = System.nanoTime();
    try {
      engine.sandbox().expect(active.root());
      return mounts.prepare(vertex, op, inputs);
    } finally {
      Profile.spent(Phase.MOUNT, start);
    }
  }

  /** Says once what the machine could not give the steps, where the first of them prints. */
  private void tell(List<String> notes, StepOutput output) throws IOException {
    for (String note : notes) {
      if (told.add(note)) {
        output.stream(2).write(("wadah: warning: " + note + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private Sandbox.Outcome start(Vertex vertex, Op.Exec op, ContainerSpec spec, StepOutput output)
      throws BuildException, IOException {
    try {
      return engine.sandbox().run(spec, new Sandbox.Io.Streams(output.stream(1), output.stream(2)));
    } catch (SandboxException e) {
      throw failure.of(vertex, op, e);
    }
  }

  private UserIds user(Vertex vertex, Op.Exec op, LayerStack stack)
      throws BuildException, IOException {
    try {
      return UserLookup.find(engine.layers().tree(stack), op.process().user());
    } catch (SandboxException e) {
      throw faults.failure(
          vertex,
          "unknown-user",
          e.getMessage(),
          "the step runs as USER %s, which the image's files must know"
              .formatted(op.process().user()),
          "add the user in a RUN before (adduser, useradd), or give a number");
    }
  }

  private ContainerSpec spec(
      Op.Exec op, UserIds user, Snapshotter.Active active, StepMounts.Prepared prepared) {
    return new ContainerSpec(
        active.root(),
        false,
        new ProcessSpec(
            op.arguments(), env(op, user, prepared), op.process().directory(), user, false),
        prepared.mounts(),
        // There is no bridge: the default network is the machine's own (docs/cache-keys.md tells
        // why the key keeps both apart all the same).
        op.network() == Op.Network.NONE ? NetworkMode.NONE : NetworkMode.HOST,
        hostFiles(op),
        new SecuritySpec(
            op.insecure() ? Capabilities.all() : Capabilities.DEFAULT,
            !op.insecure(),
            false,
            true,
            op.insecure()),
        limits);
  }

  private static List<String> env(Op.Exec op, UserIds user, StepMounts.Prepared prepared) {
    List<String> env = new ArrayList<>(op.process().env());
    op.proxies().forEach((name, value) -> env.add(name + "=" + value));
    env.addAll(prepared.env());
    if (env.stream().noneMatch(v -> v.startsWith("HOME="))) {
      env.add("HOME=" + user.home());
    }
    return env;
  }

  private static HostFiles hostFiles(Op.Exec op) {
    return new HostFiles(
        StepHost.NAME,
        java.util.Optional.of(StepHost.hosts(op.hosts())),
        java.util.Optional.of(StepHost.resolvConf()));
  }

  private void refuseTooManyLayers(Vertex vertex, int layers) throws BuildException {
    if (layers > MOST_LAYERS) {
      throw faults.failure(
          vertex,
          "too-many-layers",
          "the root of this step has %d layers".formatted(layers),
          "the kernel mounts at most %d of them as one file system".formatted(MOST_LAYERS),
          "join RUN and COPY instructions, or begin a stage FROM scratch and take what is needed"
              + " from this one with COPY --from");
    }
  }

  private void refuseForeign(Vertex vertex, Op.Exec op) throws BuildException, IOException {
    java.util.Optional<ForeignPrograms.Obstacle> obstacle =
        new ForeignPrograms().obstacle(op.platform());
    if (obstacle.isPresent()) {
      throw faults.failure(
          vertex,
          "foreign-platform",
          "cannot run programs for %s on this machine, which is %s"
              .formatted(op.platform(), dev.wadah.oci.Platform.host()),
          obstacle.get().why(),
          obstacle.get().remedy());
    }
  }
}
