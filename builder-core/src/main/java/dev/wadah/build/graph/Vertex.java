package dev.wadah.build.graph;

import dev.wadah.dockerfile.Span;
import dev.wadah.oci.Digest;
import java.util.List;
import java.util.Optional;

/**
 * A node of the graph: an op on the results of other vertices. Two vertices with the same op,
 * inputs and reuse are the same one, whatever stages or platforms they come from; so equality is
 * that of the digests.
 *
 * @param digest identity within a build
 * @param op what it does
 * @param inputs what it needs; the root first where the op has one
 * @param caption what a user calls it
 * @param reuse whether an earlier result will do
 */
public record Vertex(Digest digest, Op op, List<Vertex> inputs, Caption caption, Reuse reuse) {
  public Vertex {
    inputs = List.copyOf(inputs);
  }

  /**
   * What a user calls a vertex.
   *
   * @param name such as {@code [build 2/4] RUN make}
   * @param text the instruction alone, such as {@code RUN make}
   * @param stage name of its stage; empty for what belongs to none
   * @param span its instruction; empty for what the builder added
   */
  public record Caption(String name, String text, String stage, Optional<Span> span) {}

  /** Whether an earlier result will do. */
  public enum Reuse {
    CACHED,
    /** {@code --no-cache} or {@code --no-cache-filter}. */
    NEVER
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Vertex vertex && digest.equals(vertex.digest);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }
}
