package dev.wadah.build.graph;

import java.nio.file.Path;

/** Graphs of small Dockerfiles on made-up base images, for the tests of other packages. */
public final class TestGraphs {
  private TestGraphs() {}

  /** The graph of a Dockerfile, with no arguments and this machine's platform. */
  public static InstructionGraph of(String dockerfile) throws Exception {
    return new PlanCase(Path.of("none")).plan(dockerfile);
  }
}
