package dev.wadah.cli;

import dev.wadah.dockerfile.Diagnostic;
import java.io.PrintStream;
import java.util.Locale;

/** Diagnostics as text for people. */
public final class DiagnosticText {
  private DiagnosticText() {}

  /** Prints one diagnostic, where and what first, then why and what to do. */
  public static void print(Diagnostic diagnostic, PrintStream out) {
    String where =
        diagnostic
            .source()
            .map(
                source ->
                    source.name()
                        + diagnostic
                            .span()
                            .map(span -> ":" + span.startLine() + ":" + span.startColumn())
                            .orElse(""))
            .orElse("wadah");
    out.println(
        "%s: %s: %s  [%s]"
            .formatted(
                where,
                diagnostic.severity().name().toLowerCase(Locale.ROOT),
                diagnostic.message(),
                diagnostic.code()));
    if (!diagnostic.why().isEmpty()) {
      out.println("why:  " + diagnostic.why());
    }
    if (!diagnostic.remedy().isEmpty()) {
      out.println("try:  " + diagnostic.remedy());
    }
  }
}
