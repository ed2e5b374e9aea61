package dev.wadah.build.graph;

import dev.wadah.dockerfile.Diagnostic;
import java.util.List;

/** Carries several diagnostics out of the planner; never leaves the package. */
final class Complaints extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Diagnostic> diagnostics;

  Complaints(List<Diagnostic> diagnostics) {
    super(diagnostics.get(0).message(), null, false, false);
    this.diagnostics = List.copyOf(diagnostics);
  }

  List<Diagnostic> diagnostics() {
    return diagnostics;
  }
}
