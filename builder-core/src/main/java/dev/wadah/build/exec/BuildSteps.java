package dev.wadah.build.exec;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildRequest;
import dev.wadah.build.cache.StepCache;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.engine.Engine;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.DiffId;
import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts the parts of one build's execution together. When the results are there, some of what the
 * steps leave behind is still being written down and cleaned up: {@link #settle} and {@link #close}
 * wait for that, so that the build's outputs can be written beside it.
 */
public final class BuildSteps implements Closeable {
  private final GraphExecutor executor;
  private final List<Vertex> vertices;
  private final BuildProgress progress;
  private final Afterwards afterwards;
  private final Engine engine;
  private final Closeable indexes;

  private BuildSteps(
      GraphExecutor executor,
      List<Vertex> vertices,
      Afterwards afterwards,
      Engine engine,
      BuildProgress progress) {
    this.vertices = vertices;
    this.executor = executor;
    this.afterwards = afterwards;
    this.engine = engine;
    this.progress = progress;
    this.indexes = engine.layers().deferIndexes();
  }

  /**
   * Steps of a request on an engine.
   *
   * @param vertices all that are to be run, with everything that they need
   * @param dockerfile blamed for failures
   * @param sources opened by the caller, who also closes them
   * @param cache asked before a step runs
   * @param misses hears of those that must run
   */
  public static BuildSteps of(
      Engine engine,
      BuildRequest request,
      List<Vertex> vertices,
      SourceFile dockerfile,
      StepRunner.Sources sources,
      StepCache cache,
      Misses misses,
      BuildProgress progress)
      throws IOException {
    Faults faults = new Faults(dockerfile);
    Afterwards afterwards = new Afterwards();
    StepMounts mounts = new StepMounts(engine, request.secrets(), faults);
    ExecRunner exec =
        new ExecRunner(
            engine,
            mounts,
            new StepLogs(engine.store()),
            progress,
            request.steps().limits(),
            faults,
            afterwards);
    StepRunner runner =
        new StepRunner(
            engine.layers(),
            cache,
            sources,
            new StepWork(
                new FileRunner(
                    engine.layers(), cache.indexes(), RootUses.of(vertices, request.outputs())),
                exec),
            misses,
            progress,
            faults,
            afterwards);
    return new BuildSteps(new GraphExecutor(runner), vertices, afterwards, engine, progress);
  }

  /**
   * The layers that steps of a build looked names up in, or would have, had they been done; without
   * those that a process needs as files anyway.
   */
  public static Set<DiffId> outlined(
      Map<Vertex, VertexResult> results, List<BuildRequest.OutputRequest> outputs) {
    RootUses uses = RootUses.of(List.copyOf(results.keySet()), outputs);
    Set<DiffId> layers = new LinkedHashSet<>();
    for (Vertex vertex : results.keySet()) {
      boolean looks =
          vertex.op() instanceof Op.File file && file.placement() == Op.Placement.ON_ROOT;
      if (looks && !uses.isUnpacked(vertex)) {
        layers.addAll(((VertexResult.Root) results.get(vertex.inputs().get(0))).layers().layers());
      }
    }
    layers.remove(LayerStore.EMPTY);
    return layers;
  }

  /**
   * Runs the vertices.
   *
   * @throws BuildException the first failure
   */
  public Map<Vertex, VertexResult> execute() throws BuildException, IOException {
    progress.planned(vertices.stream().map(StepRunner::name).toList());
    try {
      return executor.execute(vertices);
    } finally {
      if (engine.sandbox().isHolding()) {
        afterwards.close(engine.sandbox()::release); // unmounts, while outputs are written
      }
    }
  }

  /**
   * Waits until everything that was done is in the cache, and its work directories are gone.
   *
   * @throws IOException if something could not be written or removed
   */
  public void settle() throws IOException {
    afterwards.await();
    afterwards.check();
  }

  /** Settles, and removes what was kept for further steps of this build. */
  @Override
  @SuppressWarnings("try") // only closed
  public void close() throws IOException {
    try (indexes) {
      release();
    }
  }

  private void release() throws IOException {
    afterwards.await();
    if (engine.snapshots().isHolding()) {
      afterwards.close(engine.snapshots()::release);
      afterwards.await();
    }
    afterwards.check();
  }
}
