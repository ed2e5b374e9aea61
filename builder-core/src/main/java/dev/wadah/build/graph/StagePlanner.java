package dev.wadah.build.graph;

import dev.wadah.build.BuildRequest.Copies;
import dev.wadah.build.files.FileActions;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Word;
import java.util.List;
import java.util.Optional;

/** What the planners of single instructions share within one stage. */
final class StagePlanner {
  private final PlanScope scope;
  private final Planner planner;
  private final StageTable.Entry entry;
  private final StageState state;
  private final int total;
  private int index;

  StagePlanner(
      PlanScope scope, Planner planner, StageTable.Entry entry, StageState state, int total) {
    this.scope = scope;
    this.planner = planner;
    this.entry = entry;
    this.state = state;
    this.total = total;
    // The FROM of an image is the first step of a stage.
    this.index = entry.parent().isEmpty() && !entry.isScratch() ? 1 : 0;
  }

  PlanScope scope() {
    return scope;
  }

  /**
   * What a step sees of its root that does not say {@code --link}.
   *
   * @param owner who gets what it makes; a name must be looked up
   */
  Op.Placement placement(String owner) {
    boolean linked =
        scope.request().steps().copies() == Copies.LINKED && !FileActions.isNamed(owner);
    return linked ? Op.Placement.LINKED : Op.Placement.ON_ROOT;
  }

  StageState state() {
    return state;
  }

  StageTable.Entry entry() {
    return entry;
  }

  String expand(Word word) {
    return scope.expand(word.text(), state.blame(word.span()), state.env().values());
  }

  Optional<String> expand(Optional<Word> word) {
    return word.map(this::expand);
  }

  /** The vertex that {@code --from=name} or {@code from=name} stands for. */
  Vertex source(String name, Span span) {
    return planner.source(name, state.blame(span), entry);
  }

  Vertex mainContext() {
    return planner.context("");
  }

  /** A vertex for what an instruction fetches; not numbered. */
  Vertex fetch(Op op, Instruction instruction) {
    return planner
        .vertices()
        .vertex(op, List.of(), caption(instruction, index + 1), Vertex.Reuse.CACHED);
  }

  /**
   * The number of a source among the inputs of a step, of which the first is the step's root and
   * has none; a source that is not among them is added.
   */
  static int inputNumber(List<Vertex> inputs, Vertex source) {
    int known = inputs.subList(1, inputs.size()).indexOf(source);
    if (known >= 0) {
      return known;
    }
    inputs.add(source);
    return inputs.size() - 2;
  }

  /** Puts a step of this stage on top of its root. */
  void step(Op op, List<Vertex> inputs, Instruction instruction) {
    index++;
    state.root(planner.vertices().vertex(op, inputs, caption(instruction, index), reuse()));
  }

  private Vertex.Reuse reuse() {
    PlanRequest.Fresh fresh = scope.request().fresh();
    boolean never =
        fresh.all() || entry.stage().name().filter(fresh.stages()::contains).isPresent();
    return never ? Vertex.Reuse.NEVER : Vertex.Reuse.CACHED;
  }

  private Vertex.Caption caption(Instruction instruction, int number) {
    String text = text(instruction);
    String name =
        Captions.name(scope, entry, state.platform(), number, Math.max(total, number))
            + (state.isFiring() ? "ONBUILD " : "")
            + text;
    return new Vertex.Caption(name, text, entry.label(), Optional.of(state.span(instruction)));
  }

  private static String text(Instruction instruction) {
    String text = instruction.origin().text();
    int blank = 0;
    while (blank < text.length() && !Character.isWhitespace(text.charAt(blank))) {
      blank++;
    }
    return text.substring(0, blank).toUpperCase(java.util.Locale.ROOT) + text.substring(blank);
  }

  Complaint complaint(String code, String message, Span span, String why, String remedy) {
    return scope.complaint(code, message, state.blame(span), why, remedy);
  }
}
