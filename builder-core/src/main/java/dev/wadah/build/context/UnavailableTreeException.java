package dev.wadah.build.context;

import dev.wadah.build.BuildException;
import java.io.IOException;

/** A tree that is made when it is first looked into, and could not be made. */
public final class UnavailableTreeException extends IOException {
  private final transient BuildException fault;

  UnavailableTreeException(BuildException fault) {
    super(fault.getMessage(), fault);
    this.fault = fault;
  }

  /** What the user is told of it. */
  public BuildException fault() {
    return fault;
  }
}
