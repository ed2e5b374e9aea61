package dev.wadah.build;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.SourceFile;
import java.util.List;

/**
 * What the build checks say of a Dockerfile.
 *
 * @param source the file
 * @param findings of the checks, in the order of the file, as warnings
 * @param errors why a build could not even start; empty when it could
 * @param strict whether the file says that findings are errors
 */
public record CheckReport(
    SourceFile source, List<Diagnostic> findings, List<Diagnostic> errors, boolean strict) {
  public CheckReport {
    findings = List.copyOf(findings);
    errors = List.copyOf(errors);
  }

  /** Whether there is nothing to say. */
  public boolean isClean() {
    return findings.isEmpty() && errors.isEmpty();
  }
}
