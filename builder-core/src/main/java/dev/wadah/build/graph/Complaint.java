package dev.wadah.build.graph;

import dev.wadah.dockerfile.Diagnostic;

/** Carries one diagnostic out of the planner's visitors; never leaves the package. */
final class Complaint extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Diagnostic diagnostic;

  Complaint(Diagnostic diagnostic) {
    super(diagnostic.message(), null, false, false);
    this.diagnostic = diagnostic;
  }

  Diagnostic diagnostic() {
    return diagnostic;
  }
}
