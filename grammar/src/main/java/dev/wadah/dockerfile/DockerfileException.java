package dev.wadah.dockerfile;

import java.util.List;

/** A Dockerfile cannot be read; carries every error that was found, in the order of the file. */
public final class DockerfileException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Diagnostic> diagnostics;

  public DockerfileException(List<Diagnostic> diagnostics) {
    super(diagnostics.isEmpty() ? "invalid Dockerfile" : diagnostics.get(0).message());
    this.diagnostics = List.copyOf(diagnostics);
  }

  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }
}
