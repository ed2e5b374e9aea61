package dev.wadah.maven;

import dev.wadah.build.BuildException;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.DiagnosticRenderer;
import dev.wadah.dockerfile.DiagnosticRenderer.Colour;

/** Diagnostics as text for Maven's log. */
final class Diagnostics {
  private Diagnostics() {}

  static String text(BuildException failure) {
    return "wadah:build failed\n"
        + DiagnosticRenderer.of(Colour.NEVER).render(failure.diagnostics()).stripTrailing();
  }

  static String text(Diagnostic diagnostic) {
    return DiagnosticRenderer.of(Colour.NEVER).render(diagnostic).stripTrailing();
  }
}
