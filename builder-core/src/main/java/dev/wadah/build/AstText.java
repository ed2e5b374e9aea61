package dev.wadah.build;

import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Stage;

/** Prints a parsed Dockerfile: a line per instruction, with its place. */
final class AstText {
  private final StringBuilder text = new StringBuilder();

  private AstText() {}

  static String of(Dockerfile dockerfile) {
    AstText printer = new AstText();
    for (Dockerfile.Directive directive : dockerfile.directives()) {
      printer.line(directive.span(), "directive " + directive.key() + "=" + directive.value());
    }
    dockerfile.globalArgs().forEach(printer::instruction);
    for (Stage stage : dockerfile.stages()) {
      printer.instruction(stage.from());
      stage.instructions().forEach(printer::instruction);
    }
    return printer.text.toString();
  }

  private void instruction(Instruction instruction) {
    String kind = instruction.getClass().getSimpleName();
    // A record's own text holds every field, which is what a bug report needs.
    line(instruction.span(), kind + " " + instruction.origin().text());
    text.append("    ").append(instruction.toString().replace("\n", "\\n")).append('\n');
  }

  private void line(Span span, String what) {
    text.append(span.startLine()).append(':').append(span.startColumn()).append(' ');
    text.append(what).append('\n');
  }
}
