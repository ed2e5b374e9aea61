package dev.wadah.build.share;

import dev.wadah.build.BuildException;
import dev.wadah.dockerfile.Diagnostic;
import java.util.List;
import java.util.Optional;

/** Makes errors and warnings about shared caches. */
final class ShareFaults {
  private ShareFaults() {}

  static BuildException error(String message, String why, String remedy) {
    return new BuildException(
        List.of(diagnostic("invalid-cache", Diagnostic.Severity.ERROR, message, why, remedy)));
  }

  static Diagnostic warning(String message, String why, String remedy) {
    return diagnostic("shared-cache", Diagnostic.Severity.WARNING, message, why, remedy);
  }

  private static Diagnostic diagnostic(
      String code, Diagnostic.Severity severity, String message, String why, String remedy) {
    return new Diagnostic(
        code, severity, message, Optional.empty(), Optional.empty(), why, remedy, "");
  }
}
