package dev.wadah.dockerfile.check;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Instruction.Arg;
import dev.wadah.dockerfile.Instruction.From;
import dev.wadah.dockerfile.Stage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The checks that need nothing but the text: names, letter case, comments. */
final class FileChecks {
  private static final Set<String> RESERVED = Set.of("context", "scratch");

  private FileChecks() {}

  static void run(Dockerfile file, Findings findings) {
    for (Diagnostic warning : file.warnings()) {
      if (warning.code().equals(CheckRule.NO_EMPTY_CONTINUATION.id())) {
        findings.add(
            CheckRule.NO_EMPTY_CONTINUATION, warning.span().orElseThrow(), warning.message());
      }
    }
    file.globalArgs().forEach(arg -> argDescription(file, arg, findings));
    Set<String> names = new HashSet<>();
    for (Stage stage : file.stages()) {
      stageName(stage, names, findings);
      asCasing(stage.from(), findings);
      stage
          .name()
          .ifPresent(name -> description(file, stage.from(), "FROM", List.of(name), findings));
      for (Instruction instruction : stage.instructions()) {
        if (instruction instanceof Instruction.Maintainer) {
          findings.add(
              CheckRule.MAINTAINER_DEPRECATED,
              instruction.span(),
              "Maintainer instruction is deprecated in favor of using label");
        } else if (instruction instanceof Arg arg) {
          argDescription(file, arg, findings);
        }
      }
    }
    instructionCasing(file, findings);
  }

  private static void stageName(Stage stage, Set<String> seen, Findings findings) {
    if (stage.name().isEmpty()) {
      return;
    }
    String name = stage.name().get();
    String written = stage.from().as().orElseThrow().text();
    if (!written.equals(name)) {
      findings.add(
          CheckRule.STAGE_NAME_CASING,
          stage.from().span(),
          "Stage name '" + written + "' should be lowercase");
    }
    if (RESERVED.contains(name)) {
      findings.add(
          CheckRule.RESERVED_STAGE_NAME,
          stage.from().span(),
          "Stage name should not use the same name as reserved stage \"" + name + "\"");
    }
    if (!seen.add(name)) {
      findings.add(
          CheckRule.DUPLICATE_STAGE_NAME,
          stage.from().span(),
          "Duplicate stage name \"" + name + "\", stage names should be unique");
    }
  }

  /** FROM in mixed case says nothing about AS: another rule speaks then. */
  private static void asCasing(From from, Findings findings) {
    if (from.as().isEmpty()) {
      return;
    }
    String keyword = from.origin().keyword();
    String as = asKeyword(from);
    boolean matches = isLower(keyword) ? isLower(as) : !isUpper(keyword) || isUpper(as);
    if (!matches) {
      findings.add(
          CheckRule.FROM_AS_CASING,
          from.span(),
          "'" + as + "' and '" + keyword + "' keywords' casing do not match");
    }
  }

  /** The word between image and name: the last but one of the instruction's line. */
  private static String asKeyword(From from) {
    String[] words = from.origin().text().split("[\\t\\x0B\\f\\r ]+", -1);
    return words[words.length - 2];
  }

  /** Global ARGs do not count, as in BuildKit. */
  private static void instructionCasing(Dockerfile file, Findings findings) {
    List<Instruction> all = new ArrayList<>();
    for (Stage stage : file.stages()) {
      all.add(stage.from());
      all.addAll(stage.instructions());
    }
    int lower = 0;
    int upper = 0;
    for (Instruction instruction : all) {
      String keyword = instruction.origin().keyword();
      lower += isLower(keyword) ? 1 : 0;
      upper += isUpper(keyword) ? 1 : 0;
    }
    boolean mostlyLower = lower > upper;
    for (Instruction instruction : all) {
      String keyword = instruction.origin().keyword();
      if (mostlyLower ? !isLower(keyword) : !isUpper(keyword)) {
        findings.add(
            CheckRule.CONSISTENT_INSTRUCTION_CASING,
            instruction.span(),
            "Command '"
                + keyword
                + "' should match the case of the command majority ("
                + (mostlyLower ? "lowercase" : "uppercase")
                + ")");
      }
    }
  }

  private static void argDescription(Dockerfile file, Arg arg, Findings findings) {
    List<String> names = new ArrayList<>();
    arg.declarations().forEach(declaration -> names.add(declaration.name().text()));
    description(file, arg, "ARG", names, findings);
  }

  private static void description(
      Dockerfile file,
      Instruction instruction,
      String keyword,
      List<String> names,
      Findings findings) {
    List<String> comments = file.commentsAbove(instruction.span().startLine());
    if (comments.isEmpty()) {
      return;
    }
    String first = comments.get(comments.size() - 1).split(" ", 2)[0];
    if (!names.contains(first)) {
      String example = names.size() > 1 ? "<arg_key>" : names.get(0);
      findings.add(
          CheckRule.INVALID_DEFINITION_DESCRIPTION,
          instruction.span(),
          "Comment for "
              + keyword
              + " should follow the format: `# "
              + example
              + " <description>`");
    }
  }

  private static boolean isLower(String word) {
    return word.equals(word.toLowerCase(Locale.ROOT));
  }

  private static boolean isUpper(String word) {
    return word.equals(word.toUpperCase(Locale.ROOT));
  }
}
