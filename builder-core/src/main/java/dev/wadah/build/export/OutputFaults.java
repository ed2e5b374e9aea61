package dev.wadah.build.export;

import dev.wadah.build.BuildException;
import dev.wadah.dockerfile.Diagnostic;
import java.util.List;

/** Makes errors about {@code --output}. */
final class OutputFaults {
  private OutputFaults() {}

  static BuildException fault(String message, String why, String remedy) {
    return new BuildException(List.of(Diagnostic.error("invalid-output", message, why, remedy)));
  }
}
