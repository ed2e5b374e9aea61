package dev.wadah.build.graph;

import dev.wadah.build.BuildException;
import dev.wadah.build.files.FileAction;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.DockerfileParser;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Stage;
import dev.wadah.layer.LayerStack;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Plans a Dockerfile: pure but for asking {@link BaseImages}; equal requests give equal graphs. All
 * meaning of the language is in this package; whoever executes the graph knows no Dockerfile.
 */
public final class Planner {
  private final PlanScope scope;
  private final BaseImages images;
  private final VertexTable vertices;
  private final References references;
  private final Map<Integer, StageState> done = new HashMap<>();
  private final Map<Integer, InstructionGraph.PlannedStage> stages = new TreeMap<>();
  private final List<Diagnostic> errors = new ArrayList<>();

  private Planner(PlanScope scope, BaseImages images, VertexTable vertices) {
    this.scope = scope;
    this.images = images;
    this.vertices = vertices;
    this.references = new References(scope, new StageTable(scope));
  }

  /**
   * Plans one platform. Stages that the target does not need are left out; their base images are
   * never asked for.
   *
   * @param vertices shared by the platforms of one build, so that equal vertices are one
   * @throws BuildException with all mistakes that were found
   */
  public static InstructionGraph plan(PlanRequest request, BaseImages images, VertexTable vertices)
      throws BuildException, IOException {
    try {
      Planner planner = new Planner(new PlanScope(request), images, vertices);
      return planner.graph();
    } catch (Complaint e) {
      throw new BuildException(List.of(e.diagnostic()));
    } catch (Complaints e) {
      throw new BuildException(e.diagnostics());
    } catch (java.io.UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * The stage that a request is for.
   *
   * @throws BuildException if there is no such stage, or the FROM lines are wrong
   */
  public static Stage target(PlanRequest request) throws BuildException {
    try {
      PlanScope scope = new PlanScope(request);
      return new References(scope, new StageTable(scope)).target().stage();
    } catch (Complaint e) {
      throw new BuildException(List.of(e.diagnostic()));
    } catch (Complaints e) {
      throw new BuildException(e.diagnostics());
    }
  }

  private InstructionGraph graph() {
    StageTable.Entry target = references.target();
    // In the order of the file, so that a stage's sources are there when it is planned: deep
    // chains of stages need no deep recursion.
    for (StageTable.Entry entry : references.needed(target)) {
      stage(entry);
    }
    if (!errors.isEmpty()) {
      throw new Complaints(errors);
    }
    StageState state = done.get(target.stage().index());
    scope.request().labels().forEach(state.config()::label);
    Platform platform = scope.request().target().platform().orElse(state.platform());
    return new InstructionGraph(
        needed(state.root()),
        state.root(),
        state.config().toImage(platform, state.inherited()),
        List.copyOf(stages.values()));
  }

  /** What {@code root} needs, in the order in which vertices were made. */
  private List<Vertex> needed(Vertex root) {
    Map<Vertex, Boolean> seen = new LinkedHashMap<>();
    List<Vertex> open = new ArrayList<>(List.of(root));
    while (!open.isEmpty()) {
      Vertex vertex = open.remove(open.size() - 1);
      if (seen.put(vertex, true) == null) {
        open.addAll(vertex.inputs());
      }
    }
    List<Vertex> ordered = new ArrayList<>();
    for (Vertex vertex : vertices.all()) {
      if (seen.containsKey(vertex)) {
        ordered.add(vertex);
      }
    }
    return ordered;
  }

  private StageState stage(StageTable.Entry entry) {
    StageState known = done.get(entry.stage().index());
    if (known != null) {
      return known;
    }
    int index = entry.stage().index();
    stages.put(index, new InstructionGraph.PlannedStage(index, Optional.empty(), expected(entry)));
    StageState state = begin(entry);
    if (references.isReplaced(entry)) {
      // Its name stands for a context now; what the file says of it is not done.
      done.put(index, state);
      return state;
    }
    List<Instruction> triggers = triggers(entry, state);
    int steps = Captions.steps(triggers) + Captions.steps(entry.stage().instructions());
    int from = entry.parent().isEmpty() && !entry.isScratch() ? 1 : 0;
    StagePlanner stage = new StagePlanner(scope, this, entry, state, steps + from);
    state.firing(Optional.of(entry.stage().from().span()));
    apply(stage, triggers);
    state.firing(Optional.empty());
    apply(stage, entry.stage().instructions());
    done.put(entry.stage().index(), state);
    return state;
  }

  private void apply(StagePlanner stage, List<Instruction> instructions) {
    InstructionPlanner planner = new InstructionPlanner(stage);
    for (Instruction instruction : instructions) {
      try {
        instruction.accept(planner);
      } catch (Complaint e) {
        errors.add(e.diagnostic());
      }
    }
  }

  private Platform expected(StageTable.Entry entry) {
    return entry.platform().orElse(scope.request().target().wanted());
  }

  private StageState begin(StageTable.Entry entry) {
    Platform platform = expected(entry);
    Optional<PlanRequest.NamedContext> replaced = entry.stage().name().flatMap(references::context);
    if (replaced.isPresent()) {
      String name = entry.stage().name().get();
      return based(replaced.get(), name, platform, entry);
    }
    if (entry.parent().isPresent()) {
      return new StageState(stage(entry.parent().get()));
    }
    if (entry.isScratch()) {
      return new StageState(platform, scratch(), ConfigDraft.scratch());
    }
    Optional<PlanRequest.NamedContext> context = references.context(entry.base());
    return context.isPresent()
        ? based(context.get(), entry.base(), platform, entry)
        : image(entry.base(), platform, entry);
  }

  private StageState based(
      PlanRequest.NamedContext context, String name, Platform platform, StageTable.Entry entry) {
    if (context instanceof PlanRequest.NamedContext.Image image) {
      return image(image.reference(), platform, entry);
    }
    Op copy =
        new Op.File(
            List.of(new FileAction.Copy(0, List.of("/"), "/", FileAction.Options.NONE)),
            Op.Placement.ON_ROOT);
    Vertex files =
        vertices.vertex(
            copy,
            List.of(scratch(), context(references.key(name))),
            from(entry, platform),
            Vertex.Reuse.CACHED);
    ConfigDraft config = ConfigDraft.scratch();
    config.recordLayer("FROM " + name);
    return new StageState(platform, files, config);
  }

  private StageState image(String reference, Platform platform, StageTable.Entry entry) {
    ImageConfig image = config(reference, platform, entry.stage().from().image().span());
    int index = entry.stage().index();
    stages.put(index, new InstructionGraph.PlannedStage(index, Optional.of(image), platform));
    Vertex root =
        vertices.vertex(
            new Op.Image(reference, image.platform(), LayerStack.of(image.diffIds())),
            List.of(),
            from(entry, platform),
            Vertex.Reuse.CACHED);
    return new StageState(image.platform(), root, ConfigDraft.of(image));
  }

  private Vertex.Caption from(StageTable.Entry entry, Platform platform) {
    int total = Captions.steps(entry.stage().instructions()) + 1;
    String text = "FROM " + entry.base();
    String name = Captions.name(scope, entry, platform, 1, total) + text;
    return new Vertex.Caption(name, text, entry.label(), Optional.of(entry.stage().from().span()));
  }

  private ImageConfig config(String reference, Platform platform, Span span) {
    try {
      return images.config(reference, platform);
    } catch (BuildException e) {
      throw new Complaint(references.locate(e.diagnostics().get(0), reference, span));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Vertex scratch() {
    return vertices.vertex(
        new Op.Scratch(),
        List.of(),
        new Vertex.Caption("[internal] scratch", "FROM scratch", "", Optional.empty()),
        Vertex.Reuse.CACHED);
  }

  private List<Instruction> triggers(StageTable.Entry entry, StageState state) {
    List<String> texts = state.config().triggers();
    state.config().triggers(List.of());
    if (texts.isEmpty()) {
      return List.of();
    }
    List<Instruction> triggers = new ArrayList<>();
    for (String text : texts) {
      try {
        triggers.add(DockerfileParser.parseTrigger(text, entry.base()));
      } catch (DockerfileException e) {
        Diagnostic fault = e.diagnostics().get(0);
        throw scope.complaint(
            fault.code(),
            "the ONBUILD trigger \"%s\" of \"%s\" cannot run: %s"
                .formatted(text, entry.base(), fault.message()),
            entry.stage().from().image().span(),
            fault.why(),
            fault.remedy());
      }
    }
    return Collections.unmodifiableList(triggers);
  }

  /** The vertex that {@code --from} or {@code from=} in {@code entry} stands for. */
  Vertex source(String name, Span span, StageTable.Entry entry) {
    Optional<StageTable.Entry> stage = references.stage(name, span, entry);
    if (stage.isPresent()) {
      Optional<PlanRequest.NamedContext> replaced =
          stage.get().stage().name().flatMap(references::context);
      if (replaced.isPresent() && replaced.get() instanceof PlanRequest.NamedContext.Files) {
        return context(references.key(stage.get().stage().name().get()));
      }
      return stage(stage.get()).root();
    }
    if (name.equals("scratch")) {
      return scratch();
    }
    Optional<PlanRequest.NamedContext> context = references.context(name);
    if (context.isPresent() && context.get() instanceof PlanRequest.NamedContext.Files) {
      return context(references.key(name));
    }
    String reference =
        context
            .filter(PlanRequest.NamedContext.Image.class::isInstance)
            .map(c -> ((PlanRequest.NamedContext.Image) c).reference())
            .orElse(name);
    return imageFiles(reference, span);
  }

  private Vertex imageFiles(String reference, Span span) {
    ImageConfig image = config(reference, scope.request().target().wanted(), span);
    return vertices.vertex(
        new Op.Image(reference, image.platform(), LayerStack.of(image.diffIds())),
        List.of(),
        new Vertex.Caption("FROM " + reference, "FROM " + reference, "", Optional.of(span)),
        Vertex.Reuse.CACHED);
  }

  /** The files of a build context; the main one has an empty name. */
  Vertex context(String name) {
    String text = name.isEmpty() ? "load build context" : "load build context " + name;
    return vertices.vertex(
        new Op.Context(name),
        List.of(),
        new Vertex.Caption("[internal] " + text, text, "", Optional.empty()),
        Vertex.Reuse.CACHED);
  }

  VertexTable vertices() {
    return vertices;
  }
}
