package dev.wadah.build;

import dev.wadah.build.cache.CacheStore;
import dev.wadah.build.cache.StepCache;
import dev.wadah.build.exec.BuildSteps;
import dev.wadah.build.exec.Misses;
import dev.wadah.build.exec.VertexResult;
import dev.wadah.build.explain.Explainer;
import dev.wadah.build.explain.StepMemories;
import dev.wadah.build.export.Built;
import dev.wadah.build.export.Exporter;
import dev.wadah.build.export.OutputChecks;
import dev.wadah.build.graph.InstructionGraph;
import dev.wadah.build.graph.Vertex;
import dev.wadah.build.share.SharedCaches;
import dev.wadah.dockerfile.AstPrinter;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.outline.Outline;
import dev.wadah.dockerfile.outline.Target;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.Platform;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Builds Dockerfiles. */
public final class Builder {
  private final Engine engine;
  private final InputStream stdin;

  /** A builder for which {@code -} is empty. */
  public Builder(Engine engine) {
    this(engine, InputStream.nullInputStream());
  }

  /**
   * A builder.
   *
   * @param stdin what {@code -} stands for in a request; read at most once, and not closed
   */
  public Builder(Engine engine, InputStream stdin) {
    this.engine = engine;
    this.stdin = stdin;
  }

  /**
   * Builds. Interrupting the thread cancels every step, leaves nothing behind, and throws {@link
   * java.io.InterruptedIOException}.
   *
   * @throws BuildException with what the user must change
   * @throws java.io.IOException if the machine, a registry or the disk refuses
   */
  public BuildResult build(BuildRequest request, BuildProgress progress)
      throws BuildException, IOException {
    OutputChecks.check(request, outputs(request));
    try (SharedCaches shared = SharedCaches.of(engine, request.cache(), progress);
        BuildSession session = BuildSession.open(engine, request, stdin)) {
      long start = System.nanoTime();
      Map<Platform, InstructionGraph> graphs;
      List<Diagnostic> warnings;
      try {
        graphs = session.plan();
        warnings = session.checks().run(graphs.values());
      } finally {
        Profile.spent(Phase.PLAN, start);
      }
      while (true) {
        try {
          return build(session, graphs, warnings, shared, progress);
        } catch (IOException e) {
          // A shared cache may promise a layer and not give it: then its step must be done.
          if (!shared.recover(e)) {
            throw e;
          }
        }
      }
    }
  }

  private BuildResult build(
      BuildSession session,
      Map<Platform, InstructionGraph> graphs,
      List<Diagnostic> warnings,
      SharedCaches shared,
      BuildProgress progress)
      throws BuildException, IOException {
    StepCache cache =
        new StepCache(
            new CacheStore(engine.store(), engine.layers()), shared.records(), shared.purpose());
    List<Vertex> vertices = vertices(graphs);
    Explainer explainer =
        new Explainer(
            new StepMemories(engine.store()),
            vertices,
            new MissSurroundings(engine, session.request(), shared));
    Map<Vertex, VertexResult> results;
    Exporter.Written written;
    try (BuildSteps steps = steps(session, vertices, cache, explainer, progress)) {
      results = execute(steps, warnings);
      if (shared.purpose() == StepCache.Purpose.SHARED) {
        steps.settle(); // all records are in the cache that is shared
      }
      explainer.fixImages();
      long start = System.nanoTime();
      try {
        written = output(session, graphs, results, shared, cache, progress);
      } finally {
        Profile.spent(Phase.EXPORT, start);
      }
    }
    return new BuildResult(
        written.images(),
        written.metadata(),
        LayerWarnings.added(engine.layers(), shared.withWarnings(warnings)),
        explainer.said(),
        new Provenance(engine, session.request(), graphs, results));
  }

  private Map<Vertex, VertexResult> execute(BuildSteps steps, List<Diagnostic> warnings)
      throws BuildException, IOException {
    try {
      return steps.execute();
    } catch (BuildException e) {
      throw Checks.joined(e, LayerWarnings.added(engine.layers(), warnings));
    }
  }

  /** Puts the images together and writes them where the outputs ask for them. */
  private Exporter.Written output(
      BuildSession session,
      Map<Platform, InstructionGraph> graphs,
      Map<Vertex, VertexResult> results,
      SharedCaches shared,
      StepCache cache,
      BuildProgress progress)
      throws BuildException, IOException {
    Map<Platform, Image> images = new LinkedHashMap<>();
    Map<Platform, Integer> base = new LinkedHashMap<>();
    Set<DiffId> layers = new LinkedHashSet<>();
    for (Map.Entry<Platform, InstructionGraph> entry : graphs.entrySet()) {
      InstructionGraph graph = entry.getValue();
      VertexResult.Root root = (VertexResult.Root) results.get(graph.target());
      ImageConfig config = new ResultConfig(graph.image(), root, session.epoch()).toConfig();
      Map<String, String> annotations = shared.annotations(cache, config.diffIds());
      // The exporter makes it findable where the outputs ask for that.
      images.put(entry.getKey(), engine.images().assemble(config, annotations));
      layers.addAll(config.diffIds());
      base.put(entry.getKey(), config.diffIds().size() - root.created().size());
    }
    List<BuildRequest.OutputRequest> outputs = outputs(session.request());
    shared.fetch(layers, outputs);
    Exporter.Written written =
        export(session.request(), new Built(images, base, session.epoch()), progress);
    shared.write(cache, layers, BuildSteps.outlined(results, outputs));
    return written;
  }

  private static List<Vertex> vertices(Map<Platform, InstructionGraph> graphs) {
    Set<Vertex> vertices = new LinkedHashSet<>();
    graphs.values().forEach(graph -> vertices.addAll(graph.vertices()));
    return List.copyOf(vertices);
  }

  private BuildSteps steps(
      BuildSession session,
      List<Vertex> vertices,
      StepCache cache,
      Explainer explainer,
      BuildProgress progress)
      throws IOException {
    return BuildSteps.of(
        engine,
        session.request(),
        vertices,
        session.dockerfile().source(),
        session,
        cache,
        new Misses(explainer, session.request().cache().misses()),
        progress);
  }

  private static List<BuildRequest.OutputRequest> outputs(BuildRequest request) {
    return request.outputs().isEmpty()
        ? List.of(new BuildRequest.OutputRequest("image", Optional.empty(), Map.of()))
        : request.outputs();
  }

  /** Writes all outputs; the images are those of the last one that has others than were built. */
  private Exporter.Written export(BuildRequest request, Built built, BuildProgress progress)
      throws BuildException, IOException {
    Map<String, Object> metadata = new LinkedHashMap<>();
    Map<Platform, Image> images = built.images();
    Exporter exporter = new Exporter(engine);
    for (BuildRequest.OutputRequest output : outputs(request)) {
      Exporter.Written written = exporter.export(built, output, request.naming(), progress);
      metadata.putAll(written.metadata());
      images = written.images().equals(built.images()) ? images : written.images();
    }
    return new Exporter.Written(images, metadata);
  }

  /**
   * Runs the build checks alone ({@code --call check}). Base images are asked for, because some
   * checks look at them; when they cannot be had, that is an error of the report.
   *
   * @throws BuildException if the Dockerfile cannot be read
   */
  public CheckReport check(BuildRequest request) throws BuildException, IOException {
    try (BuildSession session = BuildSession.open(engine, request, stdin)) {
      Checks checks = session.checks();
      List<Diagnostic> errors = List.of();
      Collection<InstructionGraph> graphs = List.of();
      try {
        graphs = session.plan().values();
      } catch (BuildException e) {
        errors = e.diagnostics();
      }
      return new CheckReport(
          session.dockerfile().source(),
          checks.findings(graphs),
          errors,
          checks.options().findingsAreErrors());
    }
  }

  /** The targets of the Dockerfile ({@code --call targets}), in the order of the file. */
  public List<Target> targets(BuildRequest request) throws BuildException, IOException {
    try (BuildSession session = BuildSession.open(engine, request, stdin)) {
      return Target.of(session.dockerfile());
    }
  }

  /**
   * What the target can be given ({@code --call outline}).
   *
   * @throws BuildException if there is no such target
   */
  public Outline outline(BuildRequest request) throws BuildException, IOException {
    try (BuildSession session = BuildSession.open(engine, request, stdin)) {
      return Outline.of(
          session.dockerfile(),
          session.targetStage(),
          request.target().buildArgs(),
          session.platformArguments());
    }
  }

  /** A stage of a build that can be printed. */
  public enum Printed {
    /** The Dockerfile as it was read. */
    AST,
    /** The vertices. */
    GRAPH,
    /** The ingredients of every vertex's definition that count for the cache. */
    KEYS,
    /** What every RUN runs in. */
    SPEC
  }

  /**
   * Prints what a build would do, without doing it; base images' configs are fetched all the same.
   *
   * @return lines, each with its end
   */
  public String print(BuildRequest request, Printed what) throws BuildException, IOException {
    try (BuildSession session = BuildSession.open(engine, request, stdin)) {
      if (what == Printed.AST) {
        return AstPrinter.print(session.dockerfile(), AstPrinter.Spans.SHOWN);
      }
      return GraphText.of(session.plan(), what);
    }
  }
}
