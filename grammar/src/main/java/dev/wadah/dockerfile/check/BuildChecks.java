package dev.wadah.dockerfile.check;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.Stage;
import dev.wadah.dockerfile.expand.WordExpander;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs the build checks over a Dockerfile. */
public final class BuildChecks {
  private BuildChecks() {}

  /**
   * All findings in the order of the file: code is the rule's name, message Docker's detail text,
   * severity always WARNING. With {@link CheckOptions#findingsAreErrors} it is for the caller to
   * fail when there are any.
   */
  public static List<Diagnostic> run(Dockerfile file, CheckOptions options, CheckContext context) {
    Findings findings = new Findings(file.source(), options);
    FileChecks.run(file, findings);
    WordExpander expander = WordExpander.withEscape(file.escape());
    GlobalArgs globals = GlobalArgs.of(file, expander, context.buildArgs(), context.platformArgs());
    FromChecks.run(file, globals, context, findings);
    checkStages(file, globals, context, findings);
    return findings.sorted();
  }

  /**
   * Walks the stages in order. A stage that is not built is walked all the same: stages that begin
   * with it inherit its variables.
   */
  private static void checkStages(
      Dockerfile file, GlobalArgs globals, CheckContext context, Findings findings) {
    Map<String, StageScope> byName = new HashMap<>();
    Findings unheard = new Findings(file.source(), silent());
    for (Stage stage : file.stages()) {
      String image = globals.expand(stage.from().image()).orElse("");
      StageScope parent = byName.get(image);
      Optional<CheckContext.Base> base =
          parent == null ? context.base().apply(stage) : Optional.empty();
      StageScope scope = new StageScope(parent, base);
      boolean built = context.stages().test(stage.index());
      new StageChecks(file, globals, context, scope, built ? findings : unheard)
          .run(stage, parent, base);
      stage.name().ifPresent(name -> byName.put(name, scope));
    }
  }

  private static CheckOptions silent() {
    return CheckOptions.parse("skip=all");
  }
}
