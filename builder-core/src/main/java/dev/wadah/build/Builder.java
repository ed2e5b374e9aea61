package dev.wadah.build;

import dev.wadah.engine.Engine;

/** Builds Dockerfiles. */
public final class Builder {
  private final Engine engine;

  public Builder(Engine engine) {
    this.engine = engine;
  }

  /**
   * Builds. Interrupting the thread cancels every step, leaves nothing behind, and throws {@link
   * java.io.InterruptedIOException}.
   *
   * @throws BuildException with what the user must change
   * @throws java.io.IOException if the machine, a registry or the disk refuses
   */
  public BuildResult build(BuildRequest request, BuildProgress progress)
      throws BuildException, java.io.IOException {
    throw new IllegalStateException("pending " + engine);
  }
}
