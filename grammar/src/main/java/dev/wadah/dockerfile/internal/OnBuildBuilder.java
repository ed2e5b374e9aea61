package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Instruction.OnBuild;
import dev.wadah.dockerfile.internal.Draft.HeredocBody;
import java.util.List;
import java.util.Optional;

/**
 * ONBUILD. Docker stores a trigger without understanding it and fails when it fires; so an invalid
 * trigger gives an instruction without a parsed trigger, and a warning.
 */
final class OnBuildBuilder {
  private OnBuildBuilder() {}

  /**
   * The instruction.
   *
   * @param draft the ONBUILD itself
   * @param trigger its trigger, or null when there is none
   * @param warnings takes what will make the trigger fail
   */
  static Instruction onBuild(Draft draft, Draft trigger, List<Diagnostic> warnings) {
    new FlagSet(draft).read();
    if (trigger == null) {
      draft.missing(
          "ONBUILD requires at least one argument", "write ONBUILD INSTRUCTION ARGUMENTS");
      return null;
    }
    if (isRefused(draft, trigger)) {
      return null;
    }
    Instruction parsed = InstructionBuilder.build(trigger);
    Optional<Instruction> valid =
        parsed != null && trigger.errors().isEmpty() ? Optional.of(parsed) : Optional.empty();
    for (Diagnostic error : trigger.errors().all()) {
      warnings.add(warning(error));
    }
    return new OnBuild(draft.origin(), stored(draft), valid);
  }

  private static boolean isRefused(Draft draft, Draft trigger) {
    String keyword = trigger.keyword();
    if (keyword.equals("ONBUILD")) {
      draft.error(
          "onbuild-chain",
          "chaining ONBUILD via ONBUILD ONBUILD isn't allowed",
          trigger.nameSpan(),
          "a trigger fires once, in the next build",
          "remove one ONBUILD");
      return true;
    }
    if (keyword.equals("FROM") || keyword.equals("MAINTAINER")) {
      draft.error(
          "onbuild-forbidden",
          keyword + " isn't allowed as an ONBUILD trigger",
          trigger.nameSpan(),
          "",
          "remove the line");
      return true;
    }
    return false;
  }

  private static Diagnostic warning(Diagnostic error) {
    return new Diagnostic(
        "onbuild-trigger-invalid",
        Diagnostic.Severity.WARNING,
        "this trigger will fail when it fires: " + error.message(),
        error.source(),
        error.span(),
        error.why(),
        error.remedy(),
        "");
  }

  /** The trigger as the image config holds it: blanks at the end of the line stay. */
  private static String stored(Draft draft) {
    String line = draft.text();
    int from = draft.head().name().to();
    while (from < line.length() && isBlank(line.charAt(from))) {
      from++;
    }
    StringBuilder stored = new StringBuilder(line.substring(from));
    for (HeredocBody heredoc : draft.heredocs()) {
      stored.append('\n').append(heredoc.raw()).append(heredoc.marker().name());
    }
    return stored.toString();
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\f' || c == '\r' || c == '\n';
  }
}
