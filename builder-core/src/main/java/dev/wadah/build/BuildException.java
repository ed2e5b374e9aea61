package dev.wadah.build;

import dev.wadah.dockerfile.Diagnostic;
import java.util.List;

/**
 * A build cannot be done, by a mistake of the user's or a failing step; all found ones are here.
 */
public final class BuildException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Diagnostic> diagnostics;

  public BuildException(List<Diagnostic> diagnostics) {
    super(diagnostics.get(0).message());
    this.diagnostics = List.copyOf(diagnostics);
  }

  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }
}
