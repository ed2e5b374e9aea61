package dev.wadah.build.graph;

import dev.wadah.build.graph.PlanRequest.NamedContext;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Suggestions;
import dev.wadah.oci.ImageReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds out what a name stands for: a stage, a named context, an image. */
final class References {
  private final PlanScope scope;
  private final StageTable stages;

  References(PlanScope scope, StageTable stages) {
    this.scope = scope;
    this.stages = stages;
  }

  /** The stage that is built. */
  StageTable.Entry target() {
    Optional<String> wanted = scope.request().target().stage();
    if (wanted.isEmpty()) {
      return stages.all().get(stages.all().size() - 1);
    }
    return stages
        .find(wanted.get())
        .orElseThrow(
            () ->
                new Complaint(
                    new Diagnostic(
                        "unknown-target",
                        Diagnostic.Severity.ERROR,
                        "target stage \"%s\" could not be found".formatted(wanted.get()),
                        Optional.of(scope.source()),
                        Optional.empty(),
                        "--target takes the name of a stage, given with FROM ... AS NAME",
                        suggestion(wanted.get()),
                        "")));
  }

  private String suggestion(String name) {
    return Suggestions.nearest(name, stages.names())
        .map("did you mean \"%s\"?"::formatted)
        .orElse(
            stages.names().isEmpty()
                ? "no stage of this file has a name"
                : "the stages are " + String.join(", ", stages.names()));
  }

  /** The stages that {@code target} needs as far as the file tells, in the order of the file. */
  List<StageTable.Entry> needed(StageTable.Entry target) {
    List<Diagnostic> errors = new ArrayList<>();
    boolean[] needed = new boolean[stages.all().size()];
    needed[target.stage().index()] = true;
    for (int i = stages.all().size() - 1; i >= 0; i--) {
      StageTable.Entry entry = stages.all().get(i);
      List<StageTable.Entry> sources = sources(entry, errors);
      if (needed[i] && !isReplaced(entry)) {
        entry.parent().ifPresent(p -> needed[p.stage().index()] = true);
        sources.forEach(s -> needed[s.stage().index()] = true);
      }
    }
    if (!errors.isEmpty()) {
      errors.sort(Comparator.comparingInt(d -> d.span().map(Span::startLine).orElse(0)));
      throw new Complaints(errors);
    }
    List<StageTable.Entry> list = new ArrayList<>();
    for (StageTable.Entry entry : stages.all()) {
      if (needed[entry.stage().index()]) {
        list.add(entry);
      }
    }
    return list;
  }

  /** A stage whose name is that of a named context is not built at all. */
  boolean isReplaced(StageTable.Entry entry) {
    return entry.stage().name().flatMap(this::context).isPresent();
  }

  private List<StageTable.Entry> sources(StageTable.Entry entry, List<Diagnostic> errors) {
    List<StageTable.Entry> sources = new ArrayList<>();
    for (Instruction instruction : entry.stage().instructions()) {
      if (instruction instanceof Instruction.Copy copy) {
        copy.transfer()
            .flags()
            .from()
            .ifPresent(w -> addStage(w.text(), w.span(), entry, sources, errors));
      } else if (instruction instanceof Instruction.Run run) {
        for (Instruction.Mount mount : run.mounts()) {
          mount
              .option("from")
              .ifPresent(name -> addStage(name, mount.span(), entry, sources, errors));
        }
      }
    }
    return sources;
  }

  private void addStage(
      String name,
      Span span,
      StageTable.Entry user,
      List<StageTable.Entry> sources,
      List<Diagnostic> errors) {
    try {
      stage(name, span, user).ifPresent(sources::add);
    } catch (Complaint e) {
      errors.add(e.diagnostic());
    }
  }

  /**
   * The stage that a name or index stands for; empty when it is none.
   *
   * @param user the stage that asks
   */
  Optional<StageTable.Entry> stage(String name, Span span, StageTable.Entry user) {
    Optional<StageTable.Entry> found =
        isNumber(name) ? Optional.of(byIndex(name, span)) : stages.find(name);
    if (found.isPresent() && found.get().stage().index() >= user.stage().index()) {
      boolean self = found.get().stage().index() == user.stage().index();
      throw scope.complaint(
          self ? "circular-stage" : "stage-order",
          self
              ? "circular dependency: stage \"%s\" cannot copy from itself".formatted(name)
              : "cannot copy from stage \"%s\", it needs to be defined before current stage \"%s\""
                  .formatted(name, user.label()),
          span,
          "a stage sees only the stages above it",
          self
              ? "the files are there already; use RUN cp"
              : "move stage \"%s\" up".formatted(name));
    }
    return found;
  }

  private static boolean isNumber(String name) {
    return !name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private StageTable.Entry byIndex(String digits, Span span) {
    int count = stages.all().size();
    int index = digits.length() > 6 ? count : Integer.parseInt(digits);
    if (index >= count) {
      throw scope.complaint(
          "unknown-stage",
          "invalid stage index %s".formatted(digits),
          span,
          "the file has %d stage%s, counted from 0".formatted(count, count == 1 ? "" : "s"),
          "use the name of a stage");
    }
    return stages.all().get(index);
  }

  /** The named context of this name, also in the image's long form. */
  Optional<NamedContext> context(String name) {
    return Optional.ofNullable(scope.request().contexts().get(key(name)));
  }

  /** The name under which a context is looked up: an image's familiar name without :latest. */
  String key(String name) {
    if (scope.request().contexts().isEmpty() || scope.request().contexts().containsKey(name)) {
      return name;
    }
    try {
      String familiar = ImageReference.parse(name).familiar();
      return familiar.endsWith(":latest")
          ? familiar.substring(0, familiar.length() - ":latest".length())
          : familiar;
    } catch (IllegalArgumentException e) {
      return name;
    }
  }

  /** Adds the place, and stages with a similar name, to what was said about an image. */
  Diagnostic locate(Diagnostic fault, String reference, Span span) {
    Optional<String> similar = Suggestions.nearest(reference, stages.names());
    return new Diagnostic(
        fault.code(),
        fault.severity(),
        fault.message(),
        Optional.of(scope.source()),
        Optional.of(span),
        fault.why(),
        similar.map("did you mean the stage \"%s\"?"::formatted).orElse(fault.remedy()),
        fault.url());
  }
}
