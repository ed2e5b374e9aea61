package dev.wadah.build.context;

import dev.wadah.build.BuildException;
import dev.wadah.dockerfile.Diagnostic;
import java.util.List;

/** Makes errors about contexts, which have no place in a file. */
final class Refusals {
  private Refusals() {}

  static BuildException refuse(String code, String message, String why, String remedy) {
    return new BuildException(List.of(Diagnostic.error(code, message, why, remedy)));
  }
}
