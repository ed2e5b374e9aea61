package dev.wadah.cli;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.DiagnosticRenderer;
import dev.wadah.dockerfile.DiagnosticRenderer.Colour;
import java.io.PrintStream;

/** Prints diagnostics for people; one that points into no file is wadah's own word. */
public final class DiagnosticText {
  private static final DiagnosticRenderer PLAIN = DiagnosticRenderer.of(Colour.NEVER);
  private static final DiagnosticRenderer COLOURED = DiagnosticRenderer.of(Colour.ALWAYS);

  private DiagnosticText() {}

  /** Prints a diagnostic to standard error, in colours where that is a terminal. */
  public static void print(Diagnostic diagnostic, Console console) {
    boolean coloured =
        console.isErrorTerminal() && console.environment().getOrDefault("NO_COLOR", "").isEmpty();
    // On a terminal, or in one file, what was said before comes before.
    console.out().flush();
    PrintStream out = console.err();
    if (diagnostic.source().isEmpty()) {
      out.print("wadah: ");
    }
    out.print((coloured ? COLOURED : PLAIN).render(diagnostic));
  }
}
